//! How a WGSL kernel is bound and launched on burn's tensors.

use burn::backend::wgpu::{CubeDim, CubeTensor, KernelSource, SourceKernel, SourceTemplate, into_contiguous};
use burn::tensor::{DType, Shape};
use cubecl::{
    prelude::{CubeCount, KernelId},
    server::{KernelArguments, MetadataBindingInfo},
};

/// WebGPU forbids one buffer to be both read-only and writable in a dispatch, and one range of it to be writable twice.
/// Natively burn packs tensors into shared buffers, so by the first rule every input is writable. In a browser each
/// tensor has its own buffer, and by the second rule, for a tensor that is passed twice, every input is read-only.
const INPUT_ACCESS: &str = if cfg!(target_family = "wasm") { "read" } else { "read_write" };

/// A file of `shaders/`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    #[cfg_attr(not(test), allow(dead_code, reason = "tests alone look into the folder"))]
    pub file: &'static str,
    pub text: &'static str,
}

/// The text of a file of `shaders/`, without its comments.
macro_rules! shader {
    ($file:literal) => {{
        use $crate::kernels::comments;
        const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $file));
        const CODE: [u8; comments::length_without(TEXT)] = comments::without(TEXT);
        const WITHOUT: &str = comments::text(&CODE);
        $crate::kernels::gpu::Text { file: $file, text: WITHOUT }
    }};
}
pub(super) use shader;

impl Text {
    /// As it is built in; in unit tests from the folder that `ATTENTIONLESS_SHADERS` names, so that a fault can be put into a shader
    /// without building all anew.
    #[cfg(test)]
    fn read(self) -> String {
        let folder = std::env::var_os("ATTENTIONLESS_SHADERS").map(std::path::PathBuf::from);
        let read = |folder: std::path::PathBuf| std::fs::read_to_string(folder.join(self.file)).expect("a shader");
        folder.map_or_else(|| self.text.into(), read)
    }

    #[cfg(not(test))]
    fn read(self) -> &'static str {
        self.text
    }
}

/// A kernel: WGSL texts that are joined in order, and words that are put in for `{{name}}`.
#[derive(Clone, Debug)]
pub(super) struct Wgsl {
    /// Names the texts and the entry point; with `words` it keys the pipeline.
    pub name: &'static str,
    pub texts: Vec<Text>,
    pub words: Vec<(&'static str, usize)>,
    /// As in `@workgroup_size` of the text, which WGSL alone decides.
    pub workgroup: [u32; 2],
}

impl KernelSource for Wgsl {
    fn source(&self) -> SourceTemplate {
        let mut texts = self.texts.iter();
        let first = SourceTemplate::new(texts.next().expect("a kernel has a text").read());
        let joined = texts.fold(first, |source, text| source.add_template(text.read()));
        let source = joined.register("input", INPUT_ACCESS);
        self.words.iter().fold(source, |source, (name, word)| source.register(*name, word.to_string()))
    }

    /// Every constant of the text is in the key, or two sources would share a pipeline.
    fn id(&self) -> KernelId {
        KernelId::new::<Self>().info((self.name, self.words.clone()))
    }

    fn lang(&self) -> &'static str {
        "wgsl"
    }
}

/// Columns and rows of a workgroup that sums over columns.
pub(super) const COLUMNS: [usize; 2] = [32, 8];

/// A kernel whose workgroups sum over columns, and how many of them so many columns take.
pub(super) fn by_columns(name: &'static str, text: Text, columns: usize) -> (Wgsl, [usize; 3]) {
    let texts = vec![text, shader!("shared/column_total.wgsl")];
    let words = vec![("columns", COLUMNS[0]), ("rows", COLUMNS[1])];
    let kernel = Wgsl { name, texts, words, workgroup: COLUMNS.map(|size| size as u32) };
    (kernel, [columns.div_ceil(COLUMNS[0]), 1, 1])
}

/// The workgroups of a kernel that takes one a row: WebGPU allows 65535 in one dimension, so they go on in the second.
pub(super) fn a_row_each(rows: usize) -> [usize; 3] {
    const MOST: usize = 65535;
    [rows.min(MOST), rows.div_ceil(MOST), 1]
}

/// The workgroups of a kernel with an invocation for each of so many values, 256 in each of them; and what its uniform has of that: how
/// many values there are, and how many a row of workgroups has.
pub(super) fn a_value_each(count: usize) -> ([usize; 3], [Scalar; 2]) {
    const ROW: usize = 65535 * 256;
    ([count.min(ROW).div_ceil(256), count.div_ceil(ROW), 1], [count, ROW].map(Scalar::Int))
}

/// A value of the uniform that every kernel ends its bindings with.
#[derive(Clone, Copy)]
pub(super) enum Scalar {
    Int(usize),
    Float(f32),
    Word(u32),
}

/// Binds the tensors in order, then the scalars as one uniform, and dispatches `groups` workgroups.
pub(super) fn launch(kernel: Wgsl, groups: [usize; 3], tensors: &[&CubeTensor], scalars: &[Scalar]) {
    let [width, height] = kernel.workgroup;
    let words = |pair: &[Scalar]| pair.iter().rev().fold(0u64, |word, scalar| word << 32 | u64::from(scalar.bits()));
    let arguments = KernelArguments::new()
        .with_buffers(tensors.iter().map(|tensor| tensor.handle.clone().binding()).collect())
        .with_info(MetadataBindingInfo::custom(scalars.chunks(2).map(words).collect()));
    let [x, y, z] = groups.map(|count| count as u32);
    let source = SourceKernel::new(kernel, CubeDim::new_2d(width, height));
    tensors[0].client.launch(Box::new(source), CubeCount::Static(x, y, z), arguments);
}

impl Scalar {
    fn bits(&self) -> u32 {
        match self {
            Self::Int(value) => *value as u32,
            Self::Float(value) => value.to_bits(),
            Self::Word(value) => *value,
        }
    }
}

/// An uninitialised tensor on the device of another.
pub(super) fn empty(like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    empty_of(like.dtype, like, shape)
}

/// The same of other values.
pub(super) fn empty_of(dtype: DType, like: &CubeTensor, shape: impl Into<Shape>) -> CubeTensor {
    let shape = shape.into();
    let buffer = like.client.empty(shape.num_elements() * dtype.size());
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, buffer, dtype)
}

/// A tensor to be changed in place: the same where nobody else holds it, else a copy.
pub(super) fn owned(tensor: CubeTensor) -> CubeTensor {
    let tensor = into_contiguous(tensor);
    if tensor.can_mut() { tensor } else { tensor.copy() }
}

/// The sizes of a tensor.
pub(super) fn dims<const D: usize>(tensor: &CubeTensor) -> [usize; D] {
    tensor.meta.shape().dims()
}
