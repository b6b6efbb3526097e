//! Which kernel computes a product: one table, by the shape and by what the adapter is.

use std::{
    cell::Cell,
    fmt,
    str::FromStr,
    sync::atomic::{AtomicBool, Ordering},
};

/// How a product is divided over invocations. Each computes some rows of 8 columns of the output in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tiling {
    /// Each invocation reads all it needs itself. For renderers on the CPU, whose memory is one, and whose barriers are slow.
    Blocks,
    /// Four neighbours share what they read, by swaps in registers: for such renderers where they have subgroups, whose lanes are those of
    /// one vector.
    Quads,
    /// The same with twice as many rows for each: a third fewer reads, and twice the code to compile.
    TallQuads,
    /// The invocations of a workgroup share what they read: `rows x columns` of the output a workgroup, both multiples of 8.
    Tiles { rows: usize, columns: usize },
}

impl fmt::Display for Tiling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blocks => f.write_str("blocks"),
            Self::Quads => f.write_str("quads"),
            Self::TallQuads => f.write_str("tall quads"),
            Self::Tiles { rows, columns } => write!(f, "tiles {rows}x{columns}"),
        }
    }
}

/// No tiling of this name.
#[derive(Debug, thiserror::Error)]
#[error("no tiling is called `{name}`; there are: {found}", found = Tiling::ALL.map(|it| it.to_string()).join(", "))]
pub struct NoTiling {
    name: String,
}

impl FromStr for Tiling {
    type Err = NoTiling;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|tiling| tiling.to_string() == text).ok_or_else(|| NoTiling { name: text.into() })
    }
}

/// A product of `a: [m, k]` and `b: [k, n]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub m: usize,
    pub n: usize,
    pub k: usize,
}

/// How far a tile goes along `k` between two barriers.
pub const STRIDE: usize = 16;

/// What products run on. A process computes on one adapter at a time.
static SOFTWARE: AtomicBool = AtomicBool::new(false);
static SUBGROUPS: AtomicBool = AtomicBool::new(false);
thread_local! {
    /// The one that stands for all. A thread's own, so that tests beside one another each get the one that they ask for.
    static FORCED: Cell<Option<Tiling>> = const { Cell::new(None) };
}

/// Says whether the products from now on are for a renderer on the CPU, and whether shaders may use subgroups there.
pub fn set_adapter(software: bool, subgroups: bool) {
    SOFTWARE.store(software, Ordering::Relaxed);
    SUBGROUPS.store(subgroups, Ordering::Relaxed);
}

/// Whether products are for a renderer on the CPU.
pub fn is_software() -> bool {
    SOFTWARE.load(Ordering::Relaxed)
}

/// Takes one tiling for all products of this thread from now on, or the table's again: for tests and measurements.
pub fn force(tiling: Option<Tiling>) {
    FORCED.set(tiling);
}

impl Tiling {
    pub const ALL: [Self; 5] = [
        Self::Blocks,
        Self::Quads,
        Self::TallQuads,
        Self::Tiles { rows: 64, columns: 32 },
        Self::Tiles { rows: 64, columns: 64 },
    ];

    /// Those that the adapter in use can run.
    pub fn possible() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|tiling| !tiling.has_quads() || SUBGROUPS.load(Ordering::Relaxed))
    }

    /// Whether neighbours swap what they read.
    pub fn has_quads(self) -> bool {
        matches!(self, Self::Quads | Self::TallQuads)
    }

    /// The one for a shape on the adapter in use. Larger tiles would need more shared memory than the 16 KiB that every adapter has.
    pub fn of(size: Size) -> Self {
        if let Some(forced) = FORCED.get() {
            return forced;
        }
        let Size { m, n, k } = size;
        let has_subgroups = SUBGROUPS.load(Ordering::Relaxed);
        // What takes a renderer on the CPU so long that it pays to compile twice the code.
        let is_long = m > 16 && m.saturating_mul(n).saturating_mul(k) >= 1 << 26;
        match n {
            _ if is_software() && has_subgroups && is_long => Self::TallQuads,
            // Half of a quad's rows would be in vain.
            _ if is_software() && has_subgroups && m > 8 => Self::Quads,
            _ if is_software() => Self::Blocks,
            ..=32 => Self::Tiles { rows: 64, columns: 32 },
            _ => Self::Tiles { rows: 64, columns: 64 },
        }
    }

    /// The one for a product whose output is changed further where it is in registers, by code that is as long as the product's.
    pub fn with_long_epilogue(self) -> Self {
        if self == Self::TallQuads { Self::Quads } else { self }
    }

    /// Rows and columns of the output that a workgroup computes.
    pub fn area(self) -> [usize; 2] {
        match self {
            Self::Blocks | Self::Quads | Self::TallQuads => [32, 64],
            Self::Tiles { rows, columns } => [rows, columns],
        }
    }

    /// Rows that each invocation computes.
    pub fn height(self) -> usize {
        match self {
            Self::Blocks | Self::Tiles { .. } => 8,
            Self::Quads => 16,
            Self::TallQuads => 32,
        }
    }

    /// Workgroups across and down the output.
    pub fn workgroups(self, size: Size) -> [usize; 2] {
        let [rows, columns] = self.area();
        [size.n.div_ceil(columns), size.m.div_ceil(rows)]
    }

    /// Parts in which the sum over `k` is computed, so that a small output keeps a large adapter busy. A function of the shape and the
    /// tiling alone: it decides the order of the sum, and so the bits. (kernels.md, section 1)
    pub fn parts(self, size: Size, batch: usize) -> usize {
        const WORKGROUPS: usize = 640;
        if !matches!(self, Self::Tiles { .. }) {
            return 1;
        }
        let [across, down] = self.workgroups(size);
        let workgroups = batch * across * down;
        (WORKGROUPS / workgroups.max(1)).min(size.k / (16 * STRIDE)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sum_is_divided_and_a_wide_output_is_not() {
        let tiling = Tiling::Tiles { rows: 64, columns: 64 };
        assert_eq!(tiling.parts(Size { m: 64, n: 800, k: 6400 }, 1), 25);
        assert_eq!(tiling.parts(Size { m: 64, n: 2048, k: 6400 }, 1), 20);
        assert_eq!(tiling.parts(Size { m: 6400, n: 800, k: 64 }, 1), 1);
        assert_eq!(tiling.parts(Size { m: 64, n: 64, k: 100 }, 1), 1);
        assert_eq!(Tiling::Blocks.parts(Size { m: 64, n: 800, k: 6400 }, 1), 1);
        assert_eq!(Tiling::Quads.parts(Size { m: 64, n: 800, k: 6400 }, 1), 1);
        assert_eq!(Tiling::TallQuads.parts(Size { m: 64, n: 800, k: 6400 }, 1), 1);
    }
}
