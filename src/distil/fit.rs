//! How far nets are from what they replace, on held-out sentences.

use super::{Distillation, Lesson};
use crate::{
    batching::Example,
    checkpoint::{CheckpointError, read},
    model::nets::Net,
};
use burn::tensor::Tensor;

/// How far a net is from its attention on held-out sentences.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Fit {
    /// Mean squared error an element, over unpadded elements.
    pub mse: f64,
    /// `1 - squared error / squared distance to the mean of each feature`, over unpadded elements.
    pub r2: f64,
}

/// How well nets fit on held-out sentences: found batch by batch, so that it can be stopped between two of them.
pub struct Measuring {
    /// Sentences that are done.
    done: usize,
    /// Of each student.
    residuals: Vec<Residuals>,
}

impl Measuring {
    pub fn new(distillation: &Distillation) -> Self {
        Self { done: 0, residuals: vec![Residuals::default(); distillation.students.len()] }
    }

    /// All students on the next sentences; the fit of each once there is none left.
    pub async fn step(
        &mut self,
        distillation: &Distillation,
        examples: &[Example],
    ) -> Result<Option<Vec<Fit>>, CheckpointError> {
        const BATCH: usize = 128;
        let batch = examples[self.done..].iter().take(BATCH).collect::<Vec<_>>();
        if batch.is_empty() {
            return Ok(Some(self.residuals.iter().map(Residuals::fit).collect()));
        }
        let lessons = distillation.lessons(&distillation.parts(), &batch);
        for (student, residuals) in distillation.students.iter().zip(&mut self.residuals) {
            let lesson = distillation.lesson(student, &lessons, self.done as u64);
            residuals.add(&student.net, &lesson).await?;
        }
        self.done += batch.len();
        Ok(None)
    }
}

/// What a [`Fit`] is computed from, batch by batch.
#[derive(Clone, Debug, Default)]
pub struct Residuals {
    /// The sum of squared errors.
    error: f64,
    /// The sum of squared targets.
    squares: f64,
    /// The sum of the targets of each feature.
    sums: Vec<f64>,
    /// Unpadded elements.
    elements: usize,
}

impl Residuals {
    /// Adds what the net makes of a lesson.
    pub async fn add(&mut self, net: &Net, lesson: &Lesson) -> Result<(), CheckpointError> {
        let (target, elements) = (lesson.target().clone(), lesson.elements());
        let squares = (target.clone() * target.clone()).sum();
        let parts = vec![lesson.error(net), squares, target.sum_dim(0).reshape([-1])];
        let values = read(Tensor::cat(parts, 0)).await?;
        self.error += f64::from(values[0]) * elements as f64;
        self.squares += f64::from(values[1]);
        self.sums.resize(values.len() - 2, 0.0);
        self.sums.iter_mut().zip(&values[2..]).for_each(|(sum, &value)| *sum += f64::from(value));
        self.elements += elements;
        Ok(())
    }

    pub fn fit(&self) -> Fit {
        let tokens = self.elements as f64 / self.sums.len().max(1) as f64;
        let spread = self.squares - self.sums.iter().map(|sum| sum * sum / tokens).sum::<f64>();
        Fit { mse: self.error / self.elements as f64, r2: 1.0 - self.error / spread }
    }
}
