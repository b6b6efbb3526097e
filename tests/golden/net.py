"""Golden values of the replacement net, forward, backward and one step of Adam, from torch.nn's own layers.

Run from anywhere, in an environment made from requirements.txt:  python tests/golden/net.py
The committed net.safetensors was written by Python 3.11, torch 2.15.0 and safetensors 0.8.0 (CPU).
Weights and data are float32 numbers; the rest is computed from them in float64 and rounded to float32 at the end.

The net, for sentences padded to L with zeros and flattened to W = L*d:
  LayerNorm(W) -> Linear(W, H) -> LeakyReLU(0.01) -> LayerNorm(H) -> Linear(H, W), then times the mask.
The input is multiplied by the mask too (here it already is zero there), so its gradient at padding is zero.
  loss = sum over unpadded elements of (output - target)^2 / their number, which is d * sum of lengths
  r2   = 1 - sum of (output - target)^2 / sum of (target - mean)^2, both sums over unpadded elements, where mean[feature] is
         the target's mean over all unpadded positions of the batch: a predictor of the mean vector scores 0

The file (metadata `config` is JSON): input, target [B,L,d]; lengths [B] int64; and for each H of config.hidden, under `h{H}.`:
weight.alr.{norm,in,hidden_norm,out}.{weight,bias}, output [B,L,d], loss [1], r2 [1], grad.input [B,L,d], grad.NAME for every
weight, adam.NAME for every weight after one step of Adam(lr 1e-3, 0.9, 0.98, eps 1e-9).
"""
import json
import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

L, D, HIDDEN, LENGTHS, SEED = 6, 8, (12, 5), [4, 6, 1, 3, 5], 7
RATE, BETAS, EPSILON = 1e-3, (0.9, 0.98), 1e-9


class Net(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        # `in` is no Python name, so the parts live in a ModuleDict, under the names of the file.
        self.alr = nn.ModuleDict({"norm": nn.LayerNorm(L * D), "in": nn.Linear(L * D, hidden),
                                  "hidden_norm": nn.LayerNorm(hidden), "out": nn.Linear(hidden, L * D)})
        with torch.no_grad():  # a fresh LayerNorm (1 and 0) would hide a mistake in its scale and shift
            for name in ("norm", "hidden_norm"):
                nn.init.normal_(self.alr[name].weight, 1.0, 0.2)
                nn.init.normal_(self.alr[name].bias, 0.0, 0.2)

    def forward(self, x, mask):
        h = nn.functional.leaky_relu(self.alr["in"](self.alr["norm"]((x * mask).flatten(1))), 0.01)
        return self.alr["out"](self.alr["hidden_norm"](h)).unflatten(1, (L, D)) * mask


def net_values(hidden, x, target, mask):
    net = Net(hidden).double()
    names = [name for name, _ in net.named_parameters()]
    out = {f"weight.{name}": weight.detach().clone() for name, weight in net.named_parameters()}
    x = x.clone().requires_grad_()
    output = net(x, mask)
    squares = ((output - target) ** 2 * mask).sum()
    loss = squares / (mask.sum() * D)
    mean = (target * mask).sum((0, 1)) / mask.sum()
    out |= {"output": output, "loss": loss[None], "r2": (1 - squares / ((target - mean) ** 2 * mask).sum())[None]}
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE, betas=BETAS, eps=EPSILON)
    loss.backward()
    out |= {"grad.input": x.grad} | {f"grad.{name}": net.get_parameter(name).grad.clone() for name in names}
    # Adam's first step is lr * g / (|g| + eps): where g is rounding noise, its sign, and so the step, would be anybody's.
    assert all(((g := out[f"grad.{name}"]) == 0).logical_or(g.abs() > 1e-5).all() for name in names)
    optimizer.step()
    return out | {f"adam.{name}": net.get_parameter(name) for name in names}


def values():
    torch.manual_seed(SEED)
    lengths = torch.tensor(LENGTHS)
    mask = (torch.arange(L) < lengths[:, None])[..., None].double()
    # An offset, so that the mean of a row is not near zero: LayerNorm runs over the padding's zeros as well.
    x, target = ((torch.randn(len(LENGTHS), L, D) + offset).double() * mask for offset in (0.3, -0.2))
    out = {"input": x, "target": target, "lengths": lengths}
    for hidden in HIDDEN:
        out |= {f"h{hidden}.{name}": value for name, value in net_values(hidden, x, target, mask).items()}
    return out


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of sums, and so the last bit, depends on it
    tensors = {name: (t if t.dtype == torch.int64 else t.detach().float()).contiguous() for name, t in values().items()}
    config = {"length": L, "d_model": D, "hidden": HIDDEN, "seed": SEED, "rate": RATE, "betas": BETAS, "epsilon": EPSILON}
    path = pathlib.Path(__file__).with_suffix(".safetensors")
    save_file(tensors, path, metadata={"config": json.dumps(config)})
    path.chmod(0o644)
