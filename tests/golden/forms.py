"""Golden values of the nets of other forms than net.py's, forward, backward and one step of Adam, from torch.nn's own layers.

Run from anywhere, in an environment made from requirements.txt:  python tests/golden/forms.py
The committed forms.safetensors was written by Python 3.11, torch 2.15.0 and safetensors 0.8.0 (CPU).
Weights and data are float32 numbers; the rest is computed from them in float64 and rounded to float32 at the end.

With NET(n, m) = LayerNorm(n) -> Linear(n, H) -> LeakyReLU(0.01) -> LayerNorm(H) -> Linear(H, m), sentences padded with zeros to L and
flattened to W = L*d, all times the mask:
  heads, the authors' ASLR at the encoder: a NET(W, L*d/heads) of its own for each head, side by side
  prefix, the authors' ALR at the decoder's self-attention: NET(W, d) once a place, on the tokens up to it
  joint, the authors' ALR at cross-attention: NET(2W, W) on the source's states and the queries of all places
  weights, AWR at cross-attention, ours: for a query q and the source's states e,
    a = LeakyReLU(source(LayerNorm(e)) + query(LayerNorm(q))) * gate(LayerNorm(q)),  s = out(a) as [heads, L],
    softmax of s over the unpadded source, times the values of each head
  own_weights, the same at the decoder's self-attention: for query i the source is the queries up to i, the values are theirs
  query and gated, at cross-attention, ours: with a as above, without the gate and with it, out(LayerNorm(a)) for each query
  deep, the NET(W, W) of the encoder with a further Linear(H, H) -> LeakyReLU -> LayerNorm(H) before the last layer; deep_prefix, the
    NET(W, d) of prefix with two of them
loss = sum over unpadded elements of (output - target)^2 / their number.

The file (metadata `config` is JSON): queries, target [B,T,d], states, values, states_target [B,S,d], lengths, source_lengths [B] int64;
and for each net NAME: NAME.weight.PARAMETER, NAME.output, NAME.loss [1], NAME.grad.PARAMETER and, after one step of Adam(lr 1e-3,
0.9, 0.98, eps 1e-9), NAME.adam.PARAMETER.
"""
import json
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

L, D, HEADS, SEED = 6, 8, 2, 19
LENGTHS, SOURCE_LENGTHS = [4, 5, 1, 3], [5, 2, 4, 1]
RATE, BETAS, EPSILON = 1e-3, (0.9, 0.98), 1e-9


def padded(x):
    """[..., n, D] to [..., L*D]"""
    return nn.functional.pad(x, (0, 0, 0, L - x.shape[-2])).flatten(-2)


class Net(nn.ModuleDict):
    def __init__(self, width, hidden, out, further=0):
        layer = lambda: nn.ModuleDict({"linear": nn.Linear(hidden, hidden), "norm": nn.LayerNorm(hidden)})
        super().__init__({"norm": nn.LayerNorm(width), "in": nn.Linear(width, hidden), "hidden_norm": nn.LayerNorm(hidden),
                          "deeper": nn.ModuleList(layer() for _ in range(further)), "out": nn.Linear(hidden, out)})

    def flat(self, x):
        x = self["hidden_norm"](nn.functional.leaky_relu(self["in"](self["norm"](x)), 0.01))
        for layer in self["deeper"]:
            x = layer["norm"](nn.functional.leaky_relu(layer["linear"](x), 0.01))
        return self["out"](x)


class Shallow(Net):
    def forward(self, q, states, values, seen):
        return self.flat(padded(states)).unflatten(-1, (L, D))[:, : states.shape[1]]


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.heads = nn.ModuleList(Net(L * D, 9, L * D // HEADS) for _ in range(HEADS))

    def forward(self, q, states, values, seen):
        heads = [net.flat(padded(states)).unflatten(-1, (L, D // HEADS)) for net in self.heads]
        return torch.cat(heads, -1)[:, : states.shape[1]]


class Prefix(Net):
    def forward(self, q, states, values, seen):
        return torch.stack([self.flat(padded(q[:, : i + 1])) for i in range(q.shape[1])], 1)


class Joint(Net):
    def forward(self, q, states, values, seen):
        y = self.flat(torch.cat([padded(states), padded(q)], -1))
        return y.unflatten(-1, (L, D))[:, : q.shape[1]]


class Weights(nn.ModuleDict):
    def __init__(self, hidden=10):
        super().__init__({"source_norm": nn.LayerNorm(L * D), "query_norm": nn.LayerNorm(D), "source": nn.Linear(L * D, hidden),
                          "query": nn.Linear(D, hidden), "gate": nn.Linear(D, hidden), "out": nn.Linear(hidden, HEADS * L)})

    def forward(self, q, states, values, seen):
        return self.weighed(q, self["source"](self["source_norm"](padded(states)))[:, None], values, seen[:, None])

    def weighed(self, q, e, values, seen):
        q = self["query_norm"](q)
        a = nn.functional.leaky_relu(e + self["query"](q), 0.01) * self["gate"](q)
        s = self["out"](a).unflatten(-1, (HEADS, L))[..., : values.shape[1]]
        weights = s.masked_fill(~seen[:, :, None, :], -torch.inf).softmax(-1)
        return torch.einsum("bqhs,bshd->bqhd", weights, values.unflatten(-1, (HEADS, -1))).flatten(-2)


class OwnWeights(Weights):
    def forward(self, q, states, values, seen):
        places = q.shape[1]
        e = torch.stack([self["source"](self["source_norm"](padded(q[:, : i + 1]))) for i in range(places)], 1)
        return self.weighed(q, e, own_values(q), torch.ones(places, places).tril().bool()[None])


def own_values(q):
    """Values of the queries, fixed: each column's neighbour, with a sign."""
    return -q.roll(1, -1)


class Query(nn.ModuleDict):
    def __init__(self, gated, hidden=9):
        layers = {"source_norm": nn.LayerNorm(L * D), "query_norm": nn.LayerNorm(D), "source": nn.Linear(L * D, hidden),
                  "query": nn.Linear(D, hidden), "hidden_norm": nn.LayerNorm(hidden), "out": nn.Linear(hidden, D)}
        super().__init__(layers | ({"gate": nn.Linear(D, hidden)} if gated else {}))

    def forward(self, q, states, values, seen):
        e, q = self["source"](self["source_norm"](padded(states)))[:, None], self["query_norm"](q)
        a = nn.functional.leaky_relu(e + self["query"](q), 0.01) * (self["gate"](q) if "gate" in self else 1)
        return self["out"](self["hidden_norm"](a))


def net_values(net, inputs, target, mask):
    for name, weight in net.named_parameters():  # a fresh norm (1 and 0) would hide a mistake in its scale and shift
        if "norm" in name:
            nn.init.normal_(weight, float(name.endswith("weight")), 0.2)
    net = net.double()
    out = {f"weight.{name}": weight.detach().clone() for name, weight in net.named_parameters()}
    output = net(*inputs) * mask
    loss = ((output - target) ** 2).sum() / (mask.sum() * D)
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE, betas=BETAS, eps=EPSILON)
    loss.backward()
    grads = {name: weight.grad.clone() for name, weight in net.named_parameters()}
    # Adam's first step is lr * g / (|g| + eps): where g is rounding noise, its sign, and so the step, would be anybody's.
    small = [name for name, g in grads.items() if not (g == 0).logical_or(g.abs() > 2e-6).all()]
    assert not small, f"{type(net).__name__}: {small}"
    optimizer.step()
    out |= {"output": output, "loss": loss[None]} | {f"grad.{name}": grad for name, grad in grads.items()}
    return out | {f"adam.{name}": weight for name, weight in net.named_parameters()}


def values():
    torch.manual_seed(SEED)
    lengths, source_lengths = torch.tensor(LENGTHS), torch.tensor(SOURCE_LENGTHS)
    mask = torch.arange(max(LENGTHS)) < lengths[:, None]
    seen = torch.arange(max(SOURCE_LENGTHS)) < source_lengths[:, None]
    rows = mask[..., None].double()
    draw = lambda places, offset: (torch.randn(len(LENGTHS), places, D) + offset).double()
    queries, target = (draw(max(LENGTHS), offset) * rows for offset in (0.3, -0.2))
    states, values, states_target = (draw(max(SOURCE_LENGTHS), offset) * seen[..., None] for offset in (0.1, -0.1, 0.2))
    out = {"queries": queries, "target": target, "states": states, "values": values, "states_target": states_target}
    out |= {"lengths": lengths, "source_lengths": source_lengths}
    own = (target, rows)
    nets = {"heads": (Heads(), states_target, seen[..., None].double()), "prefix": (Prefix(L * D, 12, D), *own),
            "joint": (Joint(2 * L * D, 7, L * D), *own), "weights": (Weights(), *own)}
    out |= all_values(nets, (queries, states, values, seen))
    source = (states_target, seen[..., None].double())
    nets = {"own_weights": (OwnWeights(), *own), "query": (Query(False), *own), "gated": (Query(True), *own),
            "deep": (Shallow(L * D, 9, L * D, 1), *source), "deep_prefix": (Prefix(L * D, 12, D, 2), *own)}
    return out | all_values(nets, (queries, states, values, seen))


def all_values(nets, inputs):
    found = {name: net_values(net, inputs, goal, shown) for name, (net, goal, shown) in nets.items()}
    return {f"{name}.{key}": value for name, own in found.items() for key, value in own.items()}


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of sums, and so the last bit, depends on it
    tensors = {name: (t if t.dtype == torch.int64 else t.detach().float()).contiguous() for name, t in values().items()}
    config = {"length": L, "d_model": D, "heads": HEADS, "seed": SEED, "rate": RATE, "betas": BETAS, "epsilon": EPSILON}
    path = pathlib.Path(__file__).with_suffix(".safetensors")
    save_file(tensors, path, metadata={"config": json.dumps(config)})
    path.chmod(0o644)
