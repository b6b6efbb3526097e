"""Trains the teacher of a RUN folder in PyTorch: the same text, tokenizer, recipe, model, batches and loss as `attentionless train`,
and prints one JSON line with what an epoch cost. The yardstick, so plain: torch.nn.Transformer, torch.optim.Adam, no compile.

  pip install torch tokenizers
  python benches/peers/torch_small.py RUN [--epochs 1] [--threads 1]

Reads RUN/corpus/train.tsv (source, tab, target), RUN/tokenizer.json and RUN/recipe.json. Reading and tokenizing are not timed.
Compare cpu_seconds where anything else runs on the machine; PyTorch's threads spin while they wait, so that compares fairly only at
--threads 1. `loss` is the mean over the last epoch a target token, dropout on, `last_loss` that of the last batch; `tokens` counts
source and target tokens (</s> included) without padding, `padded_tokens` what the batches hold with it.
"""
import argparse
import json
import math
import pathlib
import random
import resource
import time
import warnings

import torch
from tokenizers import Tokenizer
from torch import nn

PAD, START, END = 0, 1, 2
warnings.filterwarnings("ignore", "enable_nested_tensor")  # an optimisation of inference that norm_first rules out


class Teacher(nn.Module):
    def __init__(self, vocab, layers, d_model, heads, ff, max_len, dropout):
        super().__init__()
        self.scale = math.sqrt(d_model)
        self.source_embedding, self.target_embedding = nn.Embedding(vocab, d_model), nn.Embedding(vocab, d_model)
        # Dropout on every sublayer's output, on the attention weights and inside the position-wise FF; ours adds the embeddings.
        self.transformer = nn.Transformer(d_model, heads, layers, layers, ff, dropout, batch_first=True, norm_first=True)
        self.dropout, self.generator = nn.Dropout(dropout), nn.Linear(d_model, vocab)
        angle = torch.arange(max_len)[:, None] / 10000 ** (torch.arange(0, d_model, 2) / d_model)
        self.register_buffer("positions", torch.stack([angle.sin(), angle.cos()], -1).flatten(1))
        for weight in self.parameters():
            if weight.dim() > 1:
                nn.init.xavier_uniform_(weight)

    def embed(self, table, ids):
        return self.dropout(table(ids) * self.scale + self.positions[: ids.shape[1]])

    def forward(self, source, target):
        later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        hidden = self.transformer(
            self.embed(self.source_embedding, source), self.embed(self.target_embedding, target), tgt_mask=later,
            src_key_padding_mask=source == PAD, tgt_key_padding_mask=target == PAD, memory_key_padding_mask=source == PAD)
        return self.generator(hidden)


def smoothed_kl(logits, target, smoothing):
    """Sum over unpadded rows of KL(q || p): q = 1 - smoothing at the target, 0 at <pad>, the rest spread evenly."""
    others = smoothing / (logits.shape[-1] - 2)
    log_p = logits.log_softmax(-1)
    at_target = log_p.gather(-1, target[..., None])[..., 0]
    entropy = sum(p * math.log(p) * n for p, n in ((1 - smoothing, 1), (others, logits.shape[-1] - 2)) if p > 0)
    rows = entropy - (1 - smoothing) * at_target - others * (log_p.sum(-1) - at_target - log_p[..., PAD])
    return (rows * (target != PAD)).sum()


def read_pairs(run, max_len):
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    lines = (run / "corpus/train.tsv").read_text(encoding="utf-8").split("\n")
    columns = [line.split("\t") for line in lines if line]
    sources, targets = ([e.ids for e in tokenizer.encode_batch(list(side), add_special_tokens=False)] for side in zip(*columns, strict=True))
    return tokenizer.get_vocab_size(), [(s, t) for s, t in zip(sources, targets) if 0 < len(s) <= max_len and 0 < len(t) < max_len]


def batches(pairs, budget):
    """Neighbours in length, as many as the budget holds, padding included."""
    out, batch, width = [], [], 0
    for source, target in sorted(pairs, key=lambda pair: (max(len(pair[0]), len(pair[1]) + 1), len(pair[0]))):
        wider = max(width, len(source), len(target) + 1)
        if batch and (len(batch) + 1) * wider > budget:
            out.append(tensors(batch))
            batch, wider = [], max(len(source), len(target) + 1)
        batch.append((source, target))
        width = wider
    return out + [tensors(batch)]


def tensors(batch):
    def padded(rows):
        width = max(map(len, rows))
        return torch.tensor([row + [PAD] * (width - len(row)) for row in rows])
    return padded([s for s, _ in batch]), padded([[START, *t] for _, t in batch]), padded([[*t, END] for _, t in batch])


def train(model, epochs, stacks, recipe):
    """Returns the losses a token, of the last epoch and of its last batch."""
    teacher, d_model = recipe["teacher"], recipe["model"]["d_model"]
    optimizer, step = torch.optim.Adam(model.parameters(), lr=0.0, betas=(0.9, 0.98), eps=1e-9), 0
    for _ in range(epochs):
        random.shuffle(stacks)
        total, count = 0.0, 0
        for source, target_in, target_out in stacks:
            step += 1
            rate = teacher["rate"] * d_model**-0.5 * min(step**-0.5, step * teacher["warmup"] ** -1.5)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.zero_grad()
            tokens = (target_out != PAD).sum().item()
            rows = target_out.numel() if teacher.get("convention") == "authors" else tokens
            loss = smoothed_kl(model(source, target_in), target_out, teacher["label_smoothing"])
            (loss / rows).backward()
            optimizer.step()
            last = loss.item()
            total, count, last = total + last, count + tokens, last / tokens
    return total / count, last


def main():
    arguments = argparse.ArgumentParser(description="An epoch of the teacher in PyTorch.")
    arguments.add_argument("run", type=pathlib.Path)
    arguments.add_argument("--epochs", type=int, default=1)
    arguments.add_argument("--threads", type=int, default=1)
    arguments = arguments.parse_args()
    recipe = json.loads((arguments.run / "recipe.json").read_text())
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(recipe["seed"])
    random.seed(recipe["seed"])
    shape = recipe["model"]
    vocab, pairs = read_pairs(arguments.run, shape["max_len"])
    stacks = batches(pairs, recipe["teacher"]["tokens_per_batch"])
    model = Teacher(vocab, *(shape[name] for name in ("layers", "d_model", "heads", "ff", "max_len", "dropout"))).train()
    wall, cpu = time.perf_counter(), time.process_time()
    loss, last_loss = train(model, arguments.epochs, stacks, recipe)
    wall, cpu = ((now - start) / arguments.epochs for now, start in ((time.perf_counter(), wall), (time.process_time(), cpu)))
    tokens = sum((t != PAD).sum().item() for source, _, target in stacks for t in (source, target))
    print(json.dumps({
        "who": "torch-cpu", "torch": torch.__version__, "threads": arguments.threads, "epochs": arguments.epochs,
        "seconds": round(wall, 2), "cpu_seconds": round(cpu, 2), "steps": len(stacks), "pairs": len(pairs), "vocab": vocab,
        "parameters": sum(weight.numel() for weight in model.parameters()), "tokens": tokens,
        "padded_tokens": sum(source.numel() + target.numel() for source, _, target in stacks),
        "tokens_per_second": round(tokens / wall), "loss": round(loss, 4), "last_loss": round(last_loss, 4),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024}))


if __name__ == "__main__":
    main()
