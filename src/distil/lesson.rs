//! What one part of the teacher saw and said of a batch, as nets learn it.

use crate::{
    capture::Captured,
    kernels::shallow::{Sentences, joined},
    model::{
        batch::{Rows, integers},
        nets::{Net, Seen, Source, joint::JointNet},
    },
    random::Stream,
};
use burn::tensor::Tensor;
use std::{ops::Range, sync::Arc};

/// A batch of sentences at one part of the teacher.
#[derive(Clone)]
pub struct Lesson {
    /// `[batch · length, d_model]`
    x: Tensor<2>,
    rows: Rows,
    source: LessonSource,
    /// What came out, `[batch · length, d_model]`, zero at padding.
    target: Tensor<2>,
}

/// What attention looked at.
#[derive(Clone)]
pub struct LessonSource {
    /// `[batch · length, d_model]`
    pub states: Tensor<2>,
    pub rows: Rows,
    /// Gives the teacher's values of the states, `[batch · length, d_model]`.
    pub values: Arc<dyn Fn() -> Tensor<2> + Send + Sync>,
}

impl Lesson {
    pub fn new(captured: Captured, rows: &Rows, source: LessonSource) -> Self {
        Self { x: captured.input, target: captured.output * rows.mask.clone(), rows: rows.clone(), source }
    }

    /// Unpadded elements.
    pub(super) fn elements(&self) -> usize {
        self.rows.tokens() * self.target.dims()[1]
    }

    pub(super) fn target(&self) -> &Tensor<2> {
        &self.target
    }

    /// What goes in, as a program reads it.
    pub(super) fn input(&self) -> Sentences {
        sentences(self.x.clone(), &self.rows)
    }

    /// What goes into a joint net: the source, and behind it the queries.
    pub(super) fn joint_input(&self, net: &JointNet) -> Sentences {
        let values = joined([&self.looked_at(), &self.input()], net.width());
        let [batch, width] = values.dims();
        let lengths = integers(vec![width as i32; batch], &values.device());
        Sentences { values, lengths, features: 1 }
    }

    /// What attention looked at, as a program reads it.
    pub(super) fn looked_at(&self) -> Sentences {
        sentences(self.source.states.clone(), &self.source.rows)
    }

    /// The teacher's values of that: `[batch · length, d_model]`.
    pub(super) fn values(&self) -> Tensor<2> {
        (self.source.values)()
    }

    /// What is to come out, as a program reads it.
    pub(super) fn goal(&self) -> Sentences {
        sentences(self.target.clone(), &self.rows)
    }

    /// The same for some of so many heads.
    pub(super) fn goal_of_heads(&self, some: Range<usize>, heads: usize) -> Sentences {
        if some.len() == heads {
            return self.goal();
        }
        let width = self.target.dims()[1] / heads;
        sentences(self.target.clone().narrow(1, some.start * width, some.len() * width), &self.rows)
    }

    /// The same of sentences that end earlier, each behind a token that is drawn.
    pub fn cut(&self, stream: &mut Stream) -> Self {
        let counts = self.rows.counts.iter().map(|&count| stream.below(count.max(1)) + 1).collect();
        let rows = self.rows.cut(counts);
        Self { target: self.target.clone() * rows.mask.clone(), rows, ..self.clone() }
    }

    /// The squared error over unpadded elements, divided by their number: `[1]`.
    pub fn error(&self, net: &Net) -> Tensor<1> {
        let LessonSource { states, rows, values } = &self.source;
        let source = Source { states, rows, values: &**values };
        let error = net.forward(Seen { x: &self.x, rows: &self.rows, source }) - self.target.clone();
        (error.clone() * error).sum() / self.elements() as f32
    }
}

/// From rows of tokens, `[batch · length, features]`.
fn sentences(x: Tensor<2>, rows: &Rows) -> Sentences {
    let [_, features] = x.dims();
    let values = x.reshape([rows.batch, rows.length * features]);
    Sentences { values, lengths: rows.lengths.clone(), features }
}
