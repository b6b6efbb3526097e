//! ASLR: a shallow net of its own for each head.

use super::{
    Shapes, flatten,
    shallow::{Hidden, ShallowNet},
    unflatten,
};
use crate::model::{batch::Rows, layers::Init, transformer::Sizes};
use burn::{module::Module, tensor::Tensor};

/// Each head's output, `max_len · d_model / heads` wide, by a net that reads the whole sentence. (paper, table of methods)
#[derive(Module, Debug)]
pub struct HeadNets {
    pub heads: Vec<ShallowNet>,
}

/// What goes into one head's net and what comes out.
fn ends(sizes: &Sizes) -> [usize; 2] {
    [sizes.width(), sizes.width() / sizes.heads]
}

impl HeadNets {
    pub fn new(sizes: &Sizes, hidden: Hidden, init: &mut Init) -> Self {
        Self { heads: (0..sizes.heads).map(|_| ShallowNet::new(ends(sizes), hidden, init)).collect() }
    }

    pub fn shapes(sizes: &Sizes, hidden: Hidden) -> Shapes {
        let of_head = |head: usize| {
            let shapes = ShallowNet::shapes(ends(sizes), hidden).into_iter();
            shapes.map(move |(name, shape)| (format!("heads.{head}.{name}"), shape))
        };
        (0..sizes.heads).flat_map(of_head).collect()
    }

    /// `[batch · length, d_model]` to the same, zero at padding.
    pub fn forward(&self, x: &Tensor<2>, rows: &Rows) -> Tensor<2> {
        let ([_, d_model], inputs) = (x.dims(), self.heads[0].norm.weight.val().dims()[0]);
        let flat = flatten(x, rows, inputs / d_model);
        let head = |net: &ShallowNet| unflatten(net.flat(flat.clone()), rows, d_model / self.heads.len());
        Tensor::cat(self.heads.iter().map(head).collect(), 1) * rows.mask.clone()
    }
}
