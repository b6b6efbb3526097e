"""The distillation step in PyTorch on a graphics card, compiled, float32 with TF32 off: milliseconds a step.

  pip install torch
  python benches/peers/torch_card.py
"""
import torch
import torch.nn as nn

WIDTH, LENGTH, FEATURES = 6400, 50, 128


def milliseconds(hidden: int, batch: int) -> float:
    """The median of three series of 30 steps, after 5 that compile and warm up."""
    torch.manual_seed(0)
    net = nn.Sequential(
        nn.LayerNorm(WIDTH), nn.Linear(WIDTH, hidden), nn.LeakyReLU(0.01), nn.LayerNorm(hidden), nn.Linear(hidden, WIDTH)
    ).cuda()
    tokens = torch.tensor([LENGTH - 10 * (row % 3) for row in range(batch)], device="cuda")
    mask = (torch.arange(LENGTH, device="cuda")[None] < tokens[:, None]).float().repeat_interleave(FEATURES, 1)
    x, target = (torch.randn(batch, WIDTH, device="cuda") for _ in range(2))
    x, elements = x * mask, mask.sum()
    adam = torch.optim.Adam(net.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9, fused=True)
    loss = torch.compile(lambda: (((net(x) - target) * mask) ** 2).sum() / elements)

    def step() -> None:
        adam.zero_grad(set_to_none=True)
        loss().backward()
        adam.step()

    for _ in range(5):
        step()
    torch.cuda.synchronize()
    times = []
    for _ in range(3):
        begun, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begun.record()
        for _ in range(30):
            step()
        ended.record()
        torch.cuda.synchronize()
        times.append(begun.elapsed_time(ended) / 30)
    return sorted(times)[1]


if __name__ == "__main__":
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.set_float32_matmul_precision("highest")
    for hidden in (25, 800, 3200):
        for batch in (64, 256, 1024):
            print(f"6400-{hidden}-6400 batch {batch}: {milliseconds(hidden, batch):.3f} ms", flush=True)
