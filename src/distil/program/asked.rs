//! Nets that are asked query by query.

use super::Program;
use crate::{
    kernels::asked::{self, Answerer, Asking, Heads, Lesson, Weigher},
    model::{
        layers::{LayerNorm, Linear},
        nets::{SLOPE, query::QueryNet, weights::WeightsNet},
    },
};
use burn::tensor::Tensor;

/// The layers of an [`Asking`] as a net has them.
struct Layers {
    source_norm: LayerNorm,
    query_norm: LayerNorm,
    source: Linear,
    query: Linear,
    gate: Option<Linear>,
}

impl Program<'_> {
    /// The step of a net that weighs values.
    pub fn weights(&mut self, net: WeightsNet) -> (WeightsNet, Tensor<1>) {
        let WeightsNet { source_norm, query_norm, source, query, gate, out, heads, causal } = net;
        let asking = self.asking(Layers { source_norm, query_norm, source, query, gate: Some(gate) });
        let weigher = Weigher { asking, out: self.linear("out", out) };
        let of_heads = Heads { count: heads, causal };
        let (net, loss) = weigher.step(&self.asked(), self.lesson.values(), of_heads, self.step);
        let Layers { source_norm, query_norm, source, query, gate } = self.keep_asking(net.asking);
        let gate = gate.expect("the gate that went in");
        let out = self.keep_linear("out", net.out);
        (WeightsNet { source_norm, query_norm, source, query, gate, out, heads, causal }, loss)
    }

    /// The step of a net that answers.
    pub fn query(&mut self, net: QueryNet) -> (QueryNet, Tensor<1>) {
        let QueryNet { source_norm, query_norm, source, query, gate, hidden_norm, out } = net;
        let asking = self.asking(Layers { source_norm, query_norm, source, query, gate });
        let answerer = Answerer { asking, out: self.layer(&names("hidden_norm", "out"), hidden_norm, out) };
        let (net, loss) = answerer.step(&self.asked(), self.step);
        let Layers { source_norm, query_norm, source, query, gate } = self.keep_asking(net.asking);
        let (hidden_norm, out) = self.keep(&names("hidden_norm", "out"), net.out);
        (QueryNet { source_norm, query_norm, source, query, gate, hidden_norm, out }, loss)
    }

    /// The lesson as these programs read it.
    fn asked(&self) -> Lesson {
        let lesson = self.lesson;
        let (source, queries, goal) = (lesson.looked_at(), lesson.input(), lesson.goal());
        Lesson { source, queries, goal, scale: self.scale(), slope: SLOPE }
    }

    fn asking(&mut self, layers: Layers) -> Asking {
        let Layers { source_norm, query_norm, source, query, gate } = layers;
        Asking {
            source: self.layer(&names("source_norm", "source"), source_norm, source),
            query: self.layer(&names("query_norm", "query"), query_norm, query),
            gate: gate.map(|gate| self.linear("gate", gate)),
        }
    }

    fn keep_asking(&mut self, asking: Asking) -> Layers {
        let (source_norm, source) = self.keep(&names("source_norm", "source"), asking.source);
        let (query_norm, query) = self.keep(&names("query_norm", "query"), asking.query);
        let gate = asking.gate.map(|gate| self.keep_linear("gate", gate));
        Layers { source_norm, query_norm, source, query, gate }
    }

    fn linear(&mut self, name: &str, linear: Linear) -> asked::Linear {
        asked::Linear {
            weight: self.moving(name, "weight", linear.weight),
            bias: self.moving(name, "bias", linear.bias),
        }
    }

    fn keep_linear(&mut self, name: &str, linear: asked::Linear) -> Linear {
        Linear { weight: self.param(name, "weight", linear.weight), bias: self.param(name, "bias", linear.bias) }
    }
}

fn names(norm: &str, linear: &str) -> [String; 2] {
    [norm, linear].map(String::from)
}
