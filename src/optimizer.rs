//! Adam over all parameters of a module, with its moments kept by the parameters' names so that a run can be resumed bit
//! for bit.

use crate::{
    checkpoint::{CheckpointError, read},
    kernels::{
        adam::{Step, adam},
        clip,
    },
    parameters::{Named, Path, flat},
};
use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Gradients, Tensor},
};
/// The gradients of a module's parameters, flattened.
pub fn gradients<M: Module>(module: &M, gradients: &mut Gradients) -> Named {
    struct Collect<'a> {
        path: Path,
        gradients: &'a mut Gradients,
        found: Named,
    }
    impl ModuleVisitor for Collect<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if let Some(gradient) = param.val().grad_remove(self.gradients) {
                self.found.insert(self.path.name(), flat(gradient));
            }
        }

        fn enter_module(&mut self, name: &str, container: &str) {
            self.path.enter(name, container);
        }

        fn exit_module(&mut self, _: &str, container: &str) {
            self.path.exit(container);
        }
    }
    let mut collect = Collect { path: Path::default(), gradients, found: Named::new() };
    module.visit(&mut collect);
    collect.found
}

/// Adds the gradients of another part of the batch.
pub fn accumulate(sum: &mut Named, part: Named) {
    for (name, gradient) in part {
        let total = match sum.remove(&name) {
            Some(before) => before + gradient,
            None => gradient,
        };
        sum.insert(name, total);
    }
}

/// What to multiply these gradients with so that the norm of all of them is at most `most`, and that norm; nothing where there is no bound.
pub fn clip(gradients: &Named, most: Option<f32>) -> Option<Tensor<1>> {
    let most = most.filter(|_| !gradients.is_empty())?;
    Some(clip::clip(gradients.values().cloned().collect(), most))
}

/// The losses of steps, which stay on their device until they are asked for.
#[derive(Default)]
pub struct Losses {
    losses: Vec<Tensor<1>>,
    /// Of the same steps, where gradients are clipped.
    clips: Vec<Tensor<1>>,
}

impl Losses {
    /// The parts of a step's loss, which are added, and what [`clip`] said of its gradients.
    pub fn push(&mut self, parts: Vec<Tensor<1>>, clip: Option<Tensor<1>>) {
        if let Some(loss) = parts.into_iter().reduce(|sum, loss| sum + loss) {
            self.losses.push(loss);
            self.clips.extend(clip);
        }
    }

    /// The last one, if it was not taken yet.
    pub fn last(&self) -> Option<Tensor<1>> {
        self.losses.last().cloned()
    }

    /// Those since the last call, in one read. A clipped gradient that is not finite moves no weight; so that it is known all the same, the
    /// loss of its step is NaN, whatever it was.
    pub async fn take(&mut self) -> Result<Vec<f32>, CheckpointError> {
        let Self { losses, clips } = std::mem::take(self);
        if losses.is_empty() {
            return Ok(Vec::new());
        }
        let count = losses.len();
        let mut values = read(Tensor::cat([losses, clips].concat(), 0)).await?;
        let clips = values.split_off(count);
        for (loss, [_, norm]) in values.iter_mut().zip(clips.as_chunks().0) {
            if !norm.is_finite() {
                *loss = f32::NAN;
            }
        }
        Ok(values)
    }
}

/// A learning rate that rises over 50 steps (or a tenth of a short run), then falls to 0 as a cosine; steps counted from 1.
pub fn warmed(top: f64, step: u32, total: u32) -> f64 {
    let warmup = 50.min(total / 10).max(1);
    if step <= warmup {
        return top * f64::from(step) / f64::from(warmup);
    }
    let through = f64::from(step - warmup) / f64::from((total - warmup).max(1));
    top * 0.5 * (1.0 + libm::cos(std::f64::consts::PI * through))
}

/// Adam with the paper's constants.
#[derive(Clone, Debug, Default)]
pub struct Adam {
    /// Steps taken.
    pub steps: u32,
    /// Mean and mean square of each parameter's gradient, interleaved and flattened: `[2 · count]`.
    pub moments: Named,
}

impl Adam {
    /// One step at this learning rate, on gradients that are clipped by what [`clip`] gave; a parameter without a gradient stays.
    pub fn step<M: Module>(&mut self, module: M, gradients: Named, clip: Option<Tensor<1>>, rate: f64) -> M {
        struct Apply<'a> {
            path: Path,
            gradients: Named,
            moments: &'a mut Named,
            clip: Option<Tensor<1>>,
            step: Step,
        }
        impl ModuleMapper for Apply<'_> {
            fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
                let name = self.path.name();
                let Some(gradient) = self.gradients.remove(&name) else { return param };
                let (id, weight, mapper) = param.consume();
                let shape = weight.dims();
                let weight = flat(weight.inner());
                let count = weight.dims()[0];
                let moments =
                    self.moments.remove(&name).unwrap_or_else(|| Tensor::zeros([2 * count], &weight.device()));
                let (weight, moments) =
                    adam(weight, gradient, moments.reshape([count, 2]), self.clip.clone(), self.step);
                self.moments.insert(name, flat(moments));
                let weight = Tensor::from_inner(weight.reshape(shape)).require_grad();
                Param::from_mapped_value(id, weight, mapper)
            }

            fn enter_module(&mut self, name: &str, container: &str) {
                self.path.enter(name, container);
            }

            fn exit_module(&mut self, _: &str, container: &str) {
                self.path.exit(container);
            }
        }
        self.steps += 1;
        let step = Step::new(self.steps, rate);
        module.map(&mut Apply { path: Path::default(), gradients, moments: &mut self.moments, clip, step })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn the_rate_rises_and_falls_to_zero() {
        assert_eq!(warmed(1.0, 25, 1000), 0.5);
        assert_eq!(warmed(1.0, 50, 1000), 1.0);
        assert!((warmed(1.0, 525, 1000) - 0.5).abs() < 1e-12);
        assert!(warmed(1.0, 1000, 1000) < 1e-12);
        assert!(warmed(1.0, 1, 3) > 0.0);
    }

    /// A loss can be a number where its gradient is none.
    #[test]
    fn a_gradient_that_is_not_finite_is_told() {
        let values = |values: &[f32]| Tensor::<1>::from_floats(values, &Device::flex());
        let mut losses = Losses::default();
        for (loss, gradient) in [(2.0, 3.0), (1.5, f32::INFINITY), (1.0, 0.5), (0.5, f32::NAN)] {
            let gradients = Named::from([("a".into(), values(&[0.1, gradient])), ("b".into(), values(&[0.2]))]);
            losses.push(vec![values(&[loss])], clip(&gradients, Some(1.0)));
        }
        let found = pollster::block_on(losses.take()).unwrap();
        assert_eq!([found[0], found[2]], [2.0, 1.0]);
        assert!(found[1].is_nan() && found[3].is_nan(), "{found:?}");
        assert!(pollster::block_on(losses.take()).unwrap().is_empty());
        losses.push(vec![values(&[3.0]), values(&[1.0])], clip(&Named::new(), Some(1.0)));
        assert_eq!(pollster::block_on(losses.take()).unwrap(), [4.0]);
    }
}
