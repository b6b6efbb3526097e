"""One distillation step in PyTorch on the CPU, on the numbers of `benches/README.md`; prints one JSON line.

  pip install torch
  python benches/peers/torch_step.py HIDDEN BATCH [--threads 2] [--compile]
  python benches/peers/torch_step.py --expect >benches/peers/losses.json

The yardstick, so plain: torch.nn modules, torch.optim.Adam. Both of its forms that run on a CPU are measured, and the faster
one counts. `--expect` prints the losses of all works in double precision, which every other program is held to.
"""
import argparse
import json
import math
import sys
import time

try:
    import torch
except ModuleNotFoundError as error:
    print(json.dumps({"missing": f"this Python ({sys.executable}) has no {error.name}, type: pip install torch; "
                      "another Python is named by the variable PYTHON"}))
    sys.exit()
from torch import nn

TOKEN, TOKENS = 128, 50
WIDTH = TOKEN * TOKENS
WORKS = [(hidden, batch) for hidden in (25, 800, 3200) for batch in (64, 256)]
# As `measure.js` has them.
WARM, AT_LOSS, TIMED, SECONDS, SLOWEST = 2, 5, 10, 10, 60_000


def pcg(x):
    s = x * 747796405 + 2891336453 & 0xFFFFFFFF
    w = (s >> (s >> 28) + 4 ^ s) * 277803737 & 0xFFFFFFFF
    return w >> 22 ^ w


def values(stream, shape, divisor=1.0):
    indices = torch.arange(math.prod(shape), dtype=torch.int64)
    words = pcg(pcg(indices) ^ (stream * 0x9E3779B9 & 0xFFFFFFFF))
    # Rounded once, as everywhere: the division in double precision.
    return ((words.double() / 2**32 * 2 - 1) / divisor).float().reshape(shape)


class Step:
    def __init__(self, hidden, batch, dtype=torch.float32, compiled=False, **adam):
        root = math.sqrt(hidden)
        net = nn.Sequential(nn.LayerNorm(WIDTH), nn.Linear(WIDTH, hidden), nn.LeakyReLU(0.01), nn.LayerNorm(hidden),
                            nn.Linear(hidden, WIDTH))
        with torch.no_grad():
            net[1].weight.copy_(values(3, (WIDTH, hidden), 80).T)
            net[1].bias.copy_(values(4, (hidden,), 80))
            net[4].weight.copy_(values(5, (hidden, WIDTH), root).T)
            net[4].bias.copy_(values(6, (WIDTH,), root))
        self.net = net.to(dtype)
        tokens = 50 - 10 * (torch.arange(batch) % 3)
        self.mask = (torch.arange(WIDTH) < TOKEN * tokens[:, None]).to(dtype)
        self.count = int(TOKEN * tokens.sum())
        self.x = values(1, (batch, WIDTH)).to(dtype) * self.mask
        self.target = values(2, (batch, WIDTH), 2).to(dtype)
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9, **adam)
        self.loss = torch.compile(self.error) if compiled else self.error

    def error(self):
        return (self.mask * (self.net(self.x) - self.target) ** 2).sum() / self.count

    def __call__(self):
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        self.optimizer.step()
        return loss.item()


def measured(step):
    """Times and losses of as many steps as are worth it; a step that takes too long ends it."""
    times, losses = [], []
    while len(losses) < AT_LOSS or (len(times) < TIMED and sum(times) < SECONDS * 1000):
        start = time.perf_counter()
        losses.append(step())
        took = (time.perf_counter() - start) * 1000
        if len(losses) > WARM:
            times.append(took)
        if len(losses) > 1 and took > SLOWEST:
            return {"slow": took}
    times.sort()
    return {"ms": times[len(times) // 2], "first_loss": losses[0], "loss": losses[AT_LOSS - 1], "steps": len(times)}


def expected():
    rows = {}
    for hidden, batch in WORKS:
        step = Step(hidden, batch, torch.float64)
        losses = [step() for _ in range(AT_LOSS)]
        rows[f"distil {WIDTH}-{hidden}-{WIDTH} batch {batch}"] = {"first_loss": losses[0], "loss": losses[-1]}
    print(json.dumps(rows, indent=2))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hidden", type=int, nargs="?", default=800)
    parser.add_argument("batch", type=int, nargs="?", default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--expect", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.expect:
        return expected()
    # A fused Adam needs no compiler; inside a compiled step it is still the faster one.
    forms = {"fused Adam": {"fused": True}} if options.compile else {"Adam of loops": {}, "fused Adam": {"fused": True}}
    found = []
    for name, adam in forms.items():
        result = measured(Step(options.hidden, options.batch, compiled=options.compile, **adam))
        found.append(result | {"note": f"torch {torch.__version__}, {name}"})
    best = min(found, key=lambda row: row.get("ms", math.inf))
    print(json.dumps(best | {"threads": options.threads, "adapter": "CPU"}))


main()
