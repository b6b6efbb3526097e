//! The authors' ALR at cross-attention: all queries and the source at once.

use super::{
    Shapes, flatten,
    shallow::{Hidden, ShallowNet},
    unflatten,
};
use crate::model::{batch::Rows, layers::Init};
use burn::{module::Module, tensor::Tensor};

/// A shallow net on the source's states and the queries of all places, each padded to `max_len` and flattened, one behind the
/// other. It is trained with the whole target before it and decodes with the tokens so far alone, as the authors' is: a mismatch
/// that no attention has. (paper, section "Decoder sites")
#[derive(Module, Debug)]
pub struct JointNet {
    pub net: ShallowNet,
}

impl JointNet {
    pub fn new(width: usize, hidden: Hidden, init: &mut Init) -> Self {
        Self { net: ShallowNet::new([2 * width, width], hidden, init) }
    }

    pub fn shapes(width: usize, hidden: Hidden) -> Shapes {
        let shapes = ShallowNet::shapes([2 * width, width], hidden).into_iter();
        shapes.map(|(name, shape)| (format!("net.{name}"), shape)).collect()
    }

    /// Of one of the two sentences, padded and flattened.
    pub fn width(&self) -> usize {
        self.net.norm.weight.val().dims()[0] / 2
    }

    fn max_len(&self, d_model: usize) -> usize {
        self.width() / d_model
    }

    /// `[batch · queries, d_model]` to the same, zero at padding; the source's states `[batch · length, d_model]`.
    pub fn forward(&self, x: &Tensor<2>, rows: &Rows, states: &Tensor<2>, source: &Rows) -> Tensor<2> {
        let y = self.net.flat(self.input(x, rows, states, source));
        unflatten(y, rows, x.dims()[1]) * rows.mask.clone()
    }

    /// What the shallow net reads: `[batch, 2 W]`.
    fn input(&self, x: &Tensor<2>, rows: &Rows, states: &Tensor<2>, source: &Rows) -> Tensor<2> {
        let ([_, d_model], source) = (x.dims(), self.read(states, source));
        Tensor::cat(vec![source, flatten(x, rows, self.max_len(d_model))], 1)
    }

    /// The source as the net reads it: `[batch, W]`.
    pub fn read(&self, states: &Tensor<2>, source: &Rows) -> Tensor<2> {
        let [_, d_model] = states.dims();
        flatten(states, source, self.max_len(d_model))
    }

    /// Room for the queries of a batch, `[batch, W]`.
    pub fn start(&self, source: &Tensor<2>) -> Tensor<2> {
        source.zeros_like()
    }

    /// One more token of each sentence, at this place: `x: [batch, d_model]`. Gives what the heads would give for it, and the
    /// queries with it.
    pub fn next(&self, x: &Tensor<2>, place: usize, source: Tensor<2>, queries: Tensor<2>) -> (Tensor<2>, Tensor<2>) {
        let [batch, d_model] = x.dims();
        let (first, end) = (place * d_model, (place + 1) * d_model);
        let queries = queries.slice_assign([0..batch, first..end], x.clone());
        let y = self.net.flat(Tensor::cat(vec![source, queries.clone()], 1));
        (y.narrow(1, first, d_model), queries)
    }
}
