//! Multi-head attention with its projections, and whatever else stands in its place.

use super::{
    batch::Rows,
    fillings::{Pass, Standing},
    layers::{Init, Linear},
    nets::{Seen, Source},
    sites::{Region, Site},
    transformer::Memory,
};
use crate::kernels::{
    attention::{Attention, cross_attention, self_attention},
    linear::{IDENTITY, linear},
};
use burn::{
    module::{Module, Param},
    tensor::{Int, Tensor},
};

/// Projections of queries, keys and values in one matrix, and of the heads' outputs.
#[derive(Module, Debug)]
pub struct MultiHead {
    /// `[d_model, 3 · d_model]`
    pub in_proj_weight: Param<Tensor<2>>,
    pub in_proj_bias: Param<Tensor<1>>,
    pub out_proj: Linear,
    #[module(skip)]
    heads: usize,
}

impl MultiHead {
    /// Each of the three projections is Xavier-uniform by itself, as the authors' separate ones are.
    pub fn new(width: usize, heads: usize, init: &mut Init) -> Self {
        Self {
            in_proj_weight: init.xavier([width, 3 * width], [width, width]),
            in_proj_bias: init.uniform([3 * width], (width as f64).sqrt().recip()),
            out_proj: Linear::xavier(width, width, init),
            heads,
        }
    }

    pub fn heads(&self) -> usize {
        self.heads
    }

    /// d_model
    pub fn width(&self) -> usize {
        self.out_proj.weight.val().dims()[0]
    }

    /// Columns `parts` of the three projections.
    fn projected(&self, x: Tensor<2>, first: usize, parts: usize) -> Tensor<2> {
        let width = self.width();
        let (mut weight, mut bias) = (self.in_proj_weight.val(), self.in_proj_bias.val());
        if parts < 3 {
            weight = weight.narrow(1, first * width, parts * width);
            bias = bias.narrow(0, first * width, parts * width);
        }
        linear(x, weight, bias, IDENTITY)
    }

    /// The queries of `x`: `[rows, d_model]`.
    pub fn queries(&self, x: Tensor<2>) -> Tensor<2> {
        self.projected(x, 0, 1)
    }

    /// The keys and values of `x` side by side: `[rows, 2 · d_model]`.
    pub fn keys_values(&self, x: Tensor<2>) -> Tensor<2> {
        self.projected(x, 1, 2)
    }

    /// The values of `x`: `[rows, d_model]`.
    pub fn values(&self, x: Tensor<2>) -> Tensor<2> {
        self.projected(x, 2, 1)
    }

    /// Queries, keys and values of `x`: `[rows, 3 · d_model]`.
    pub fn queries_keys_values(&self, x: Tensor<2>) -> Tensor<2> {
        self.projected(x, 0, 3)
    }

    /// Of `batch` sentences, from `queries` to `keys` rows in all.
    fn attention(&self, batch: usize, [queries, keys]: [usize; 2], causal: bool, pass: &mut Pass) -> Attention {
        let dropout = pass.mask(self.heads * (queries / batch) * keys);
        Attention { batch, width: self.width(), heads: self.heads, causal, dropout }
    }

    /// A sentence to itself, up to the output projection: `x: [batch · length, d_model]`, normalised.
    pub fn to_itself(&self, x: Tensor<2>, rows: &Rows, place: (Site, usize), pass: &mut Pass) -> Tensor<2> {
        let (causal, lengths) = (place.0 == Site::DecoderSelf, rows.lengths.clone());
        let both = [x.dims()[0]; 2];
        let heads = match pass.standing(place.0, place.1) {
            None => {
                let attention = self.attention(rows.batch, both, causal, pass);
                self_attention(self.queries_keys_values(x.clone()), lengths, attention)
            }
            Some(Standing::Uniform) => {
                let attention = self.attention(rows.batch, both, causal, pass);
                cross_attention(x.zeros_like(), self.keys_values(x.clone()), lengths, attention)
            }
            Some(Standing::Zero) => x.zeros_like(),
            Some(Standing::Mean(mean)) => everywhere(mean, &x),
            Some(Standing::Net(_, net)) => {
                let source = Source { states: &x, rows, values: &|| self.values(x.clone()) };
                net.forward(Seen { x: &x, rows, source })
            }
        };
        self.said(&x, heads, place, pass)
    }

    /// The targets' rows `x: [batch · length, d_model]`, normalised, to the encoder's output.
    pub fn to_memory(
        &self,
        x: Tensor<2>,
        rows: &Rows,
        memory: &Memory,
        place: (Site, usize),
        pass: &mut Pass,
    ) -> Tensor<2> {
        let Some(Standing::Net(_, net)) = pass.standing(place.0, place.1) else {
            let kv = self.keys_values(memory.states.clone());
            return self.to_other(x, (kv, memory.rows.lengths.clone()), rows.batch, place, pass);
        };
        let values = &|| self.values(memory.states.clone());
        let source = Source { states: &memory.states, rows: &memory.rows, values };
        let heads = net.forward(Seen { x: &x, rows, source });
        self.said(&x, heads, place, pass)
    }

    /// From the queries' rows `x: [batch · queries, d_model]` to keys and values that are projected already; `lengths`
    /// counts the keys. Nets do not stand here.
    pub fn to_other(
        &self,
        x: Tensor<2>,
        (kv, lengths): (Tensor<2>, Tensor<1, Int>),
        batch: usize,
        place: (Site, usize),
        pass: &mut Pass,
    ) -> Tensor<2> {
        let heads = match pass.standing(place.0, place.1) {
            Some(Standing::Zero) => x.zeros_like(),
            Some(Standing::Mean(mean)) => everywhere(mean, &x),
            standing => {
                let attention = self.attention(batch, [x.dims()[0], kv.dims()[0]], false, pass);
                let q = if standing.is_some() { x.zeros_like() } else { self.queries(x.clone()) };
                cross_attention(q, kv, lengths, attention)
            }
        };
        self.said(&x, heads, place, pass)
    }

    /// The heads' outputs through the output projection.
    pub(super) fn said(&self, x: &Tensor<2>, heads: Tensor<2>, place: (Site, usize), pass: &mut Pass) -> Tensor<2> {
        pass.seen((place.0, place.1, Region::Heads), x, &heads);
        self.out_proj.forward(heads)
    }
}

/// One vector in every row of a tensor like `x`.
fn everywhere(vector: &Tensor<1>, x: &Tensor<2>) -> Tensor<2> {
    vector.clone().reshape([1, -1]).expand(x.dims())
}
