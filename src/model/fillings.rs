//! What stands at each attention while a model runs: the running side of a [`Mix`](super::mix::Mix).

use super::{
    nets::Net,
    sites::{Region, Site},
};
use crate::{
    kernels::dropout::{Mask, dropout},
    random::{self, Purpose},
};
use burn::tensor::Tensor;
use std::collections::BTreeMap;

/// What takes the place of one attention.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "there are a handful, one a place of attention")]
pub enum Standing {
    /// The heads' outputs are zero.
    Zero,
    /// Equal weights on all visible keys.
    Uniform,
    /// The heads' mean output, `[d_model]`, everywhere.
    Mean(Tensor<1>),
    /// A net in the place of more or less of the layer.
    Net(Region, Net),
}

/// What stands at each site and layer (from 0); attention where there is no entry.
#[derive(Clone, Debug, Default)]
pub struct Fillings(pub BTreeMap<(Site, usize), Standing>);

impl Fillings {
    pub fn at(&self, site: Site, layer: usize) -> Option<&Standing> {
        self.0.get(&(site, layer))
    }
}

/// Where the dropout masks of one training step come from: each place in the model takes the next stream.
#[derive(Clone, Debug)]
pub struct Dropping {
    p: f32,
    seed: u64,
    step: u64,
    place: u64,
    share: Share,
}

/// Which sentences of a batch a pass is over, so that the parts of a batch have the masks of the whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Sentences of the batch before these.
    pub before: usize,
    pub sentences: usize,
}

impl Dropping {
    /// `step` numbers the forward passes of a run.
    pub fn new(p: f32, seed: u64, step: u64, share: Share) -> Self {
        Self { p, seed, step, place: 0, share }
    }

    /// Places of the model that have dropped something so far.
    pub fn places(&self) -> u64 {
        self.place
    }

    /// The mask of a tensor with so many elements.
    fn mask(&mut self, elements: usize) -> Mask {
        self.place += 1;
        let first = elements / self.share.sentences * self.share.before;
        Mask::new(self.p, random::key(self.seed, Purpose::Dropout, self.step << 16 | self.place))
            .starting_at(first as u32)
    }
}

/// A part of a model that a net can take the place of: site, layer from 0, and what of it.
pub type Place = (Site, usize, Region);

/// Sees what goes into such a part and what comes out: `[rows, d_model]` each.
pub type Tap<'a> = &'a mut dyn FnMut(Place, &Tensor<2>, &Tensor<2>);

/// How one pass through a model goes.
#[derive(Default)]
pub struct Pass<'a> {
    pub fillings: Option<&'a Fillings>,
    /// None in validation and decoding.
    pub dropping: Option<Dropping>,
    pub tap: Option<Tap<'a>>,
    /// Takes what each layer gives, `[rows, d_model]`.
    pub hidden: Option<Vec<Tensor<2>>>,
}

impl<'a> Pass<'a> {
    /// Without dropout, with these fillings.
    pub fn with(fillings: &'a Fillings) -> Self {
        Self { fillings: Some(fillings), ..Self::default() }
    }

    /// The next mask, for a tensor with so many elements, where there is dropout.
    pub(super) fn mask(&mut self, elements: usize) -> Option<Mask> {
        self.dropping.as_mut().filter(|dropping| dropping.p > 0.0).map(|dropping| dropping.mask(elements))
    }

    /// Dropout, where there is any.
    pub(super) fn dropped(&mut self, x: Tensor<2>) -> Tensor<2> {
        match self.mask(x.shape().num_elements()) {
            Some(mask) => dropout(x, mask),
            None => x,
        }
    }

    pub(super) fn standing(&self, site: Site, layer: usize) -> Option<&'a Standing> {
        self.fillings.and_then(|fillings| fillings.at(site, layer))
    }

    pub(super) fn seen(&mut self, place: Place, input: &Tensor<2>, output: &Tensor<2>) {
        if let Some(tap) = &mut self.tap {
            tap(place, input, output);
        }
    }

    /// What a layer gives.
    pub(super) fn gave(&mut self, x: &Tensor<2>) {
        if let Some(hidden) = &mut self.hidden {
            hidden.push(x.clone());
        }
    }
}
