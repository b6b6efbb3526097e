"""The teacher of teacher.py on torch.nn.Transformer, an implementation that is not ours, its loss and its two ways of decoding.

Loss: sum over unpadded rows of sum_k q_k (ln q_k - ln p_k), q = 0.9 at the target, 0 at <pad>, 0.1/(V-2) elsewhere; `ours`
divides by the number of unpadded target tokens, `authors` by B*T.

Decoding: log-probabilities come from log-softmax over all V tokens, after which <pad> and <s> are never chosen. At most 10
tokens are generated, </s> counted; results hold neither <s> nor </s>. Greedy takes the best token (ties: lowest id) until </s>.
Beam of width k (here 4), one sentence at a time, live = [(<s>, 0)], finished = []; for n = 1..10:
  1. candidates are (live hypothesis, token) with the summed log-probability; keep the best 2k, ties to the earlier hypothesis,
     then to the lower id. 2. In that order: a candidate that ends in </s> is appended to finished if its place is under k, with
     score = sum / ((5+n)/6)^0.6; any other becomes live until there are k of them. 3. Stop if finished holds k or more.
The answer is the finished hypothesis of the highest score (ties: the earlier); if there is none, the first live one, which has
the highest sum. With k = 1 this is greedy.
"""
import math
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore", "enable_nested_tensor")  # an optimisation of inference that norm_first rules out

D, HEADS, LAYERS, FF, MAX_LEN, V, SMOOTH, LIMIT, ALPHA = 16, 4, 2, 64, 12, 29, 0.1, 10, 0.6
SITES = {"enc": ("encoder", "self_attn"), "self": ("decoder", "self_attn"), "cross": ("decoder", "multihead_attn")}


class Teacher(nn.Module):
    def __init__(self):
        super().__init__()
        parts = nn.Transformer(D, HEADS, LAYERS, LAYERS, FF, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder, self.decoder, self.generator = parts.encoder, parts.decoder, nn.Linear(D, V)
        self.source_embedding, self.target_embedding = nn.Embedding(V, D), nn.Embedding(V, D)
        angle = torch.arange(MAX_LEN, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, D, 2, dtype=torch.float64) / D)
        self.positions = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)
        for name, weight in self.named_parameters():  # unlike a fresh model: no zero bias and no unit scale can hide a mistake
            with torch.no_grad():
                if weight.dim() > 1:
                    nn.init.xavier_uniform_(weight, gain=1.0 if "embedding" in name else 1.6)
                else:
                    nn.init.normal_(weight, 1.0 if "norm" in name and name.endswith("weight") else 0.0, 0.2)
        with torch.no_grad():
            self.generator.bias[2] += 1.5  # so that some sentences end

    def embed(self, table, ids):
        return table(ids) * math.sqrt(D) + self.positions[: ids.shape[1]].to(table.weight.dtype)

    def encode(self, source):
        return self.encoder(self.embed(self.source_embedding, source), src_key_padding_mask=source == 0)

    def decode(self, memory, source, target):
        later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        x = self.embed(self.target_embedding, target)
        x = self.decoder(x, memory, tgt_mask=later, tgt_key_padding_mask=target == 0, memory_key_padding_mask=source == 0)
        return self.generator(x)

    def forward(self, source, target):
        return self.decode(self.encode(source), source, target)

    def attentions(self, site):
        stack, name = SITES[site]
        return [getattr(layer, name) for layer in getattr(self, stack).layers]


def smoothed_kl(logits, target):
    q = torch.full_like(logits, SMOOTH / (V - 2)).scatter_(-1, target[..., None], 1 - SMOOTH)
    q[..., 0] = 0
    rows = (torch.xlogy(q, q) - q * logits.log_softmax(-1)).sum(-1)
    return (rows * (target != 0)).sum()


def heads_output(attention, queries, values, allowed, uniform=False):
    """What torch keeps inside its attention: the heads side by side, before out_proj. `allowed` [B,queries,keys]."""
    wq, wk, wv = attention.in_proj_weight.chunk(3)
    bq, bk, bv = attention.in_proj_bias.chunk(3)
    q, k, v = (t.unflatten(-1, (HEADS, -1)).transpose(1, 2) for t in (queries @ wq.T + bq, values @ wk.T + bk, values @ wv.T + bv))
    scores = q @ k.transpose(-1, -2) / math.sqrt(D // HEADS)
    weights = (scores * (not uniform)).masked_fill(~allowed[:, None], -torch.inf).softmax(-1)
    return (weights @ v).transpose(1, 2).flatten(2)


def best_tokens(model, memory, source, prefix):
    scores = model.decode(memory, source, torch.tensor([prefix]))[0, -1].log_softmax(-1)
    scores[:2] = -torch.inf
    return scores


def beam_search(model, source, width):
    """Returns the tokens and the smallest gap between what was kept and what was not (a test in float32 must not flip it)."""
    memory, live, finished, gap = model.encode(source), [([1], 0.0)], [], math.inf
    for n in range(1, LIMIT + 1):
        found = [(s + p, h + [t]) for h, s in live for t, p in enumerate(best_tokens(model, memory, source, h).tolist())]
        found = sorted(found, key=lambda c: -c[0])[: 2 * width + 1]  # stable: the order of (hypothesis, id) breaks ties
        gap = min([gap] + [a[0] - b[0] for a, b in zip(found, found[1:])])
        ends = [h[-1] == 2 for _, h in found[: 2 * width]]
        finished += [(s / ((5 + n) / 6) ** ALPHA, h[1:-1]) for (s, h), end in zip(found[:width], ends) if end]
        live = [(h, s) for (s, h), end in zip(found, ends) if not end][:width]
        if len(finished) >= width:
            break
    finished.sort(key=lambda f: -f[0])
    gap = min([gap] + [a[0] - b[0] for a, b in zip(finished[:1], finished[1:])])
    return (finished[0][1] if finished else live[0][0][1:]), gap
