//! The nets whose step of training is a program of its own, [`kernels::shallow`](crate::kernels::shallow) or
//! [`kernels::asked`](crate::kernels::asked); the others are differentiated.

mod asked;
#[cfg(test)]
mod tests;

use super::Lesson;
use crate::{
    kernels::{
        adam::Step,
        shallow::{Layer, Moving, Sentences, Shallow, prefix},
    },
    model::{
        layers::{LayerNorm, Linear},
        nets::{Net, SLOPE, prefix::PrefixNet, shallow::ShallowNet},
    },
    optimizer::Adam,
    parameters::Named,
};
use burn::{module::Param, tensor::Tensor};

/// Whether [`step`] knows this net.
pub fn is_known(net: &Net) -> bool {
    match net {
        Net::Shallow(net) => net.deeper.is_empty(),
        Net::Joint(net) => net.net.deeper.is_empty(),
        Net::Heads(nets) => nets.heads.iter().all(|net| net.deeper.is_empty()),
        Net::Prefix(net) => net.deeper.is_empty(),
        Net::Query(_) | Net::Weights(_) => true,
    }
}

/// One step of Adam on a lesson; gives the net, changed in place, and the loss before it: `[1]`.
///
/// # Panics
/// If the net is not [known](is_known).
pub fn step(net: Net, adam: &mut Adam, lesson: &Lesson, rate: f64) -> (Net, Tensor<1>) {
    adam.steps += 1;
    let mut program = Program { step: Step::new(adam.steps, rate), moments: &mut adam.moments, lesson };
    match net {
        Net::Shallow(net) => {
            let (net, loss) = program.run("", net, lesson.input(), lesson.goal());
            (Net::Shallow(net), loss)
        }
        Net::Joint(mut joint) => {
            let input = lesson.joint_input(&joint);
            let (net, loss) = program.run("net.", joint.net, input, lesson.goal());
            joint.net = net;
            (Net::Joint(joint), loss)
        }
        Net::Heads(mut nets) => {
            let (input, count, mut losses) = (lesson.input(), nets.heads.len(), Vec::new());
            let mut head = |(index, net)| {
                let goal = lesson.goal_of_head(index, count);
                let (net, loss) = program.run(&format!("heads.{index}."), net, input.clone(), goal);
                losses.push(loss);
                net
            };
            nets.heads = nets.heads.into_iter().enumerate().map(&mut head).collect();
            (Net::Heads(nets), Tensor::cat(losses, 0).sum())
        }
        Net::Prefix(net) => {
            let PrefixNet { norm, r#in, hidden_norm, deeper, out } = net;
            let net = ShallowNet { norm, r#in, hidden_norm, deeper, out };
            let (net, loss) = program.run_by(prefix::step, "", net, lesson.input(), lesson.goal());
            let ShallowNet { norm, r#in, hidden_norm, deeper, out } = net;
            (Net::Prefix(PrefixNet { norm, r#in, hidden_norm, deeper, out }), loss)
        }
        Net::Query(net) => {
            let (net, loss) = program.query(net);
            (Net::Query(net), loss)
        }
        Net::Weights(net) => {
            let (net, loss) = program.weights(net);
            (Net::Weights(net), loss)
        }
    }
}

struct Program<'a> {
    step: Step,
    moments: &'a mut Named,
    lesson: &'a Lesson,
}

impl Program<'_> {
    /// The step of one shallow net, whose parameters' names begin so.
    fn run(&mut self, prefix: &str, net: ShallowNet, input: Sentences, goal: Sentences) -> (ShallowNet, Tensor<1>) {
        self.run_by(Shallow::step, prefix, net, input, goal)
    }

    /// The same by a given program.
    fn run_by(
        &mut self,
        step: impl Fn(Shallow, &Sentences, &Sentences, f32, f32, Step) -> (Shallow, Tensor<1>),
        prefix: &str,
        net: ShallowNet,
        input: Sentences,
        goal: Sentences,
    ) -> (ShallowNet, Tensor<1>) {
        let ShallowNet { norm, r#in, hidden_norm, deeper, out } = net;
        let names = ["norm", "in", "hidden_norm", "out"].map(|name| format!("{prefix}{name}"));
        let first = self.layer([&names[0], &names[1]], norm, r#in);
        let second = self.layer([&names[2], &names[3]], hidden_norm, out);
        let scale = 1.0 / self.lesson.elements() as f32;
        let (net, loss) = step(Shallow { first, second }, &input, &goal, scale, SLOPE, self.step);
        let (norm, r#in) = self.keep([&names[0], &names[1]], net.first);
        let (hidden_norm, out) = self.keep([&names[2], &names[3]], net.second);
        (ShallowNet { norm, r#in, hidden_norm, deeper, out }, loss)
    }

    fn layer(&mut self, [norm_name, linear_name]: [&str; 2], norm: LayerNorm, linear: Linear) -> Layer {
        Layer {
            gamma: self.moving(norm_name, "weight", norm.weight),
            beta: self.moving(norm_name, "bias", norm.bias),
            weight: self.moving(linear_name, "weight", linear.weight),
            bias: self.moving(linear_name, "bias", linear.bias),
        }
    }

    /// A parameter with its moments: from here on nobody else holds them, so that they can be changed in place.
    fn moving<const D: usize>(&mut self, module: &str, name: &str, param: Param<Tensor<D>>) -> Moving<D> {
        let value = param.into_value().inner();
        let moments = self.moments.remove(&format!("{module}.{name}"));
        let zeros = || Tensor::zeros([2 * value.shape().num_elements()], &value.device());
        Moving { moments: moments.unwrap_or_else(zeros), value }
    }

    /// The parts of a net from a layer, whose moments are kept for the next step.
    fn keep(&mut self, [norm_name, linear_name]: [&str; 2], layer: Layer) -> (LayerNorm, Linear) {
        let Layer { gamma, beta, weight, bias } = layer;
        let norm =
            LayerNorm { weight: self.param(norm_name, "weight", gamma), bias: self.param(norm_name, "bias", beta) };
        let linear =
            Linear { weight: self.param(linear_name, "weight", weight), bias: self.param(linear_name, "bias", bias) };
        (norm, linear)
    }

    fn param<const D: usize>(&mut self, module: &str, name: &str, moving: Moving<D>) -> Param<Tensor<D>> {
        self.moments.insert(format!("{module}.{name}"), moving.moments);
        Param::from_tensor(Tensor::from_inner(moving.value))
    }
}
