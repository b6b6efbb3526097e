//! The nets' step of training: for each form a program of its own, of [`kernels::shallow`](crate::kernels::shallow) or
//! [`kernels::asked`](crate::kernels::asked).

mod asked;
#[cfg(test)]
mod tests;

use super::Lesson;
use crate::{
    kernels::{
        adam::Step,
        pack::largest_binding,
        shallow::{Layer, Moving, Sentences, Shallow, most_side_by_side, prefix, step_side_by_side},
    },
    model::{
        layers::{LayerNorm, Linear},
        nets::{
            Net, SLOPE,
            heads::HeadNets,
            prefix::PrefixNet,
            shallow::{Deeper, ShallowNet},
        },
    },
    optimizer::Adam,
    parameters::Named,
};
use burn::{module::Param, tensor::Tensor};

/// One step of Adam on a lesson; gives the net, changed in place, and the loss before it: `[1]`.
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
        Net::Heads(nets) => {
            let (nets, loss) = program.heads(nets, largest_binding());
            (Net::Heads(nets), loss)
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
        let net = self.shallow(prefix, net);
        let (net, loss) = step(net, &input, &goal, self.scale(), SLOPE, self.step);
        (self.keep_shallow(prefix, net), loss)
    }

    /// The nets of all heads side by side, as many in one program as an adapter can that binds so many bytes of a buffer.
    fn heads(&mut self, nets: HeadNets, bytes: u64) -> (HeadNets, Tensor<1>) {
        let (input, count, prefix) = (self.lesson.input(), nets.heads.len(), |head: usize| format!("heads.{head}."));
        let heads = nets.heads.into_iter().enumerate().map(|(head, net)| self.shallow(&prefix(head), net));
        let (mut rest, mut done, mut losses) = (heads.collect::<Vec<_>>(), Vec::new(), Vec::new());
        while let Some(first) = rest.first() {
            let some = most_side_by_side(first, bytes).min(rest.len());
            let goal = self.lesson.goal_of_heads(done.len()..done.len() + some, count);
            let now = rest.drain(..some).collect();
            let (now, loss) = step_side_by_side(now, &input, &goal, self.scale(), SLOPE, self.step);
            done.extend(now);
            losses.push(loss);
        }
        let heads = done.into_iter().enumerate().map(|(head, net)| self.keep_shallow(&prefix(head), net)).collect();
        let loss = losses.into_iter().reduce(|sum, loss| sum + loss).expect("at least one head");
        (HeadNets { heads }, loss)
    }

    /// What the squared errors' sum is multiplied with to be the loss.
    fn scale(&self) -> f32 {
        1.0 / self.lesson.elements() as f32
    }

    fn shallow(&mut self, prefix: &str, net: ShallowNet) -> Shallow {
        let ShallowNet { norm, r#in, hidden_norm, deeper, out } = net;
        let names = names(prefix, deeper.len());
        let (linears, norms): (Vec<_>, Vec<_>) = deeper.into_iter().map(|it| (it.linear, it.norm)).unzip();
        let first = self.layer(&names[0], norm, r#in);
        let later = [hidden_norm].into_iter().chain(norms).zip(linears.into_iter().chain([out])).zip(&names[1..]);
        let later = later.map(|((norm, linear), names)| self.layer(names, norm, linear)).collect();
        Shallow { first, later }
    }

    fn keep_shallow(&mut self, prefix: &str, net: Shallow) -> ShallowNet {
        let names = names(prefix, net.later.len() - 1);
        let (norm, r#in) = self.keep(&names[0], net.first);
        let later = net.later.into_iter().zip(&names[1..]).map(|(layer, names)| self.keep(names, layer));
        let (mut norms, mut linears): (Vec<_>, Vec<_>) = later.unzip();
        let (hidden_norm, out) = (norms.remove(0), linears.remove(linears.len() - 1));
        let deeper = linears.into_iter().zip(norms).map(|(linear, norm)| Deeper { linear, norm }).collect();
        ShallowNet { norm, r#in, hidden_norm, deeper, out }
    }

    fn layer(&mut self, [norm_name, linear_name]: &[String; 2], norm: LayerNorm, linear: Linear) -> Layer {
        Layer {
            gamma: self.moving(norm_name, "weight", norm.weight),
            beta: self.moving(norm_name, "bias", norm.bias),
            weight: self.moving(linear_name, "weight", linear.weight),
            bias: self.moving(linear_name, "bias", linear.bias),
        }
    }

    /// A parameter with its moments: from here on nobody else holds them, so that they can be changed in place.
    fn moving<const D: usize>(&mut self, module: &str, name: &str, param: Param<Tensor<D>>) -> Moving<D> {
        let value = param.into_value().without_autodiff();
        let moments = self.moments.remove(&format!("{module}.{name}"));
        let zeros = || Tensor::zeros([2 * value.shape().num_elements()], &value.device());
        Moving { moments: moments.unwrap_or_else(zeros), value }
    }

    /// The parts of a net from a layer, whose moments are kept for the next step.
    fn keep(&mut self, [norm_name, linear_name]: &[String; 2], layer: Layer) -> (LayerNorm, Linear) {
        let Layer { gamma, beta, weight, bias } = layer;
        let norm =
            LayerNorm { weight: self.param(norm_name, "weight", gamma), bias: self.param(norm_name, "bias", beta) };
        let linear =
            Linear { weight: self.param(linear_name, "weight", weight), bias: self.param(linear_name, "bias", bias) };
        (norm, linear)
    }

    fn param<const D: usize>(&mut self, module: &str, name: &str, moving: Moving<D>) -> Param<Tensor<D>> {
        self.moments.insert(format!("{module}.{name}"), moving.moments);
        Param::from_tensor(moving.value)
    }
}

/// What the layers of a program are called in a net with so many deeper ones: each norm, and the matrix behind it.
fn names(prefix: &str, deeper: usize) -> Vec<[String; 2]> {
    let of_norm = |index| match index {
        0 => "norm".into(),
        1 => "hidden_norm".into(),
        _ => format!("deeper.{}.norm", index - 2),
    };
    let of_linear = |index| match index {
        0 => "in".into(),
        _ if index == deeper + 1 => "out".into(),
        _ => format!("deeper.{}.linear", index - 1),
    };
    (0..deeper + 2)
        .map(|index| [of_norm(index), of_linear(index)].map(|name: String| prefix.to_string() + &name))
        .collect()
}
