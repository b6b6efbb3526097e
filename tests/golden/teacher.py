"""Golden values of the teacher: a small torch.nn.Transformer, an implementation that is not ours.

Run from anywhere, in an environment made from requirements.txt:  python tests/golden/teacher.py
The committed teacher.safetensors was written by Python 3.11, torch 2.15.0 and safetensors 0.8.0 (CPU).
Weights are float32 numbers; everything else is computed from them in float64 and rounded to float32 at the end, so that a
difference is the other side's rounding. Rows at padding are stored as zero: what stands there is nobody's contract.

The file (metadata `config` is JSON): source [B,S], target_in and target_out [B,T] int64; positions [max_len,d];
weight.NAME, grad.NAME for all weights (of loss.ours), grad_authors.NAME for some; logits [B,T,V], before log-softmax;
loss.ours [1], loss.authors [1]; site.{enc,self,cross}.{i}.{input,output}: the LayerNorm'd queries, and the heads side by side
before out_proj; logits.{enc,self,cross}_{none,uniform}: the same with all layers of one kind of attention replaced (none: the
heads give zero, out_proj's bias stays; uniform: equal weights over unpadded keys, for self over those not later than the query);
greedy, beam [B,*] int64, 0 after the end; adam.loss [3] before each step, adam.weight.NAME after the third; clipped.loss,
clipped.weight.NAME the same where clip_grad_norm_ lets the norm of all gradients be at most `clip`, clipped.norm [3] before it does.

The loss and the two ways of decoding are defined in model.py.
"""
import copy
import json
import math
import pathlib

import torch
from safetensors.torch import save_file

from model import D, FF, HEADS, LAYERS, MAX_LEN, SITES, V, Teacher, beam_search, heads_output, smoothed_kl

SEED, WARMUP, RATE, CLIP = 62, 4, 1.0, 1.45
SOURCE = [[5, 9, 4, 17, 28, 11, 6], [7, 3, 22], [12, 19, 8, 8, 25], [14]]
TARGET = [[6, 21, 5, 13], [10, 4, 27, 16, 9, 23, 6, 3], [18], [24, 7, 7, 20, 15]]
AUTHORS = ["source_embedding.weight", "encoder.layers.0.self_attn.in_proj_weight", "decoder.layers.1.linear1.bias", "generator.weight"]
STEPPED = ["source_embedding.weight", "encoder.layers.0.self_attn.in_proj_weight", "encoder.layers.1.linear1.weight",
           "decoder.layers.0.self_attn.out_proj.weight", "decoder.layers.1.multihead_attn.out_proj.bias", "decoder.norm.weight", "generator.bias"]


def padded(rows, width=None):
    width = width or max(map(len, rows))
    return torch.tensor([row + [0] * (width - len(row)) for row in rows])


def adam_steps(model, source, target_in, target_out, clip=math.inf):
    optimizer, losses, norms = torch.optim.Adam(model.parameters(), lr=0.0, betas=(0.9, 0.98), eps=1e-9), [], []
    for step in (1, 2, 3):
        optimizer.param_groups[0]["lr"] = RATE * D**-0.5 * min(step**-0.5, step * WARMUP**-1.5)
        optimizer.zero_grad()
        loss = smoothed_kl(model(source, target_in), target_out) / (target_out != 0).sum()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), clip).item())
        optimizer.step()
        losses.append(loss.item())
    weights = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    return torch.tensor(losses, dtype=torch.float64), torch.tensor(norms, dtype=torch.float64), weights


def recorded(model, source, target):
    """Input and output of every attention, recomputed from its weights and held against what torch's own module gave."""
    out, handles = {}, []
    unpadded = {"enc": source != 0, "self": target != 0, "cross": target != 0}
    for site in SITES:
        for i, attention in enumerate(model.attentions(site)):
            def hook(module, args, result, key=f"site.{site}.{i}", rows=unpadded[site], site=site):
                heads = heads_output(module, args[0], args[2], allowed_keys(site, source, target))
                assert (module.out_proj(heads) - result[0])[rows].abs().max() < 1e-12
                out[f"{key}.input"], out[f"{key}.output"] = args[0] * rows[..., None], heads * rows[..., None]
            handles.append(attention.register_forward_hook(hook))
    model(source, target)
    for handle in handles:
        handle.remove()
    return out


def allowed_keys(site, source, target):
    if site == "self":
        return (target != 0)[:, None, :] & torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).tril()
    return (source != 0)[:, None, :].expand(-1, (source if site == "enc" else target).shape[1], -1)


def controlled(model, source, target, site, uniform):
    """Logits with every attention of one kind replaced by a control."""
    def hook(module, args, result):
        heads = heads_output(module, args[0], args[2], allowed_keys(site, source, target), uniform=True)
        return module.out_proj(heads * uniform), None
    handles = [attention.register_forward_hook(hook) for attention in model.attentions(site)]
    logits = model(source, target)
    for handle in handles:
        handle.remove()
    return logits


def decoded(model, width):
    results = [beam_search(model, torch.tensor([row]), width) for row in SOURCE]
    return padded([tokens for tokens, _ in results]), min(gap for _, gap in results)


def values():
    torch.manual_seed(SEED)
    model = Teacher().double()
    weights = {name: weight.detach().clone() for name, weight in model.named_parameters()}
    source, target_in, target_out = padded(SOURCE), padded([[1, *t] for t in TARGET]), padded([[*t, 2] for t in TARGET])
    rows = (target_out != 0)[..., None]
    out = {"source": source, "target_in": target_in, "target_out": target_out, "positions": model.positions}
    out |= {f"weight.{name}": weight for name, weight in weights.items()}

    logits = model(source, target_in)
    total = smoothed_kl(logits, target_out)
    ours, authors = total / rows.sum(), total / rows.numel()
    grads = torch.autograd.grad(ours, list(model.parameters()), retain_graph=True)
    out |= {f"grad.{name}": grad for name, grad in zip(weights, grads)}
    out |= {f"grad_authors.{name}": torch.autograd.grad(authors, model.get_parameter(name), retain_graph=True)[0] for name in AUTHORS}
    out |= {"logits": logits * rows, "loss.ours": ours[None], "loss.authors": authors[None]}
    with torch.no_grad():
        out |= recorded(model, source, target_in)
        for site in SITES:
            out[f"logits.{site}_none"] = controlled(model, source, target_in, site, False) * rows
            out[f"logits.{site}_uniform"] = controlled(model, source, target_in, site, True) * rows
        (out["greedy"], gap), (out["beam"], beam_gap) = decoded(model, 1), decoded(model, 4)
    assert min(gap, beam_gap) > 2e-4, "a choice too close for float32"
    assert not torch.equal(out["greedy"], out["beam"]) and (out["greedy"] == 0).any(), "decoding that tests nothing"
    clipped = copy.deepcopy(model)
    out["adam.loss"], _, stepped = adam_steps(model, source, target_in, target_out)
    out |= {f"adam.weight.{name}": stepped[name] for name in STEPPED}
    out["clipped.loss"], out["clipped.norm"], stepped = adam_steps(clipped, source, target_in, target_out, CLIP)
    assert out["clipped.norm"].min() < CLIP < out["clipped.norm"].max(), "a clip that is always or never taken"
    return out | {f"clipped.weight.{name}": stepped[name] for name in STEPPED}


if __name__ == "__main__":
    torch.set_num_threads(1)  # the order of sums, and so the last bit, depends on it
    tensors = {name: (t if t.dtype == torch.int64 else t.detach().float()).contiguous() for name, t in values().items()}
    config = {"d_model": D, "heads": HEADS, "layers": LAYERS, "ff": FF, "max_len": MAX_LEN, "vocab": V, "seed": SEED,
              "warmup": WARMUP, "rate": RATE, "clip": CLIP, "label_smoothing": 0.1, "beam": 4, "alpha": 0.6, "max_tokens": 10}
    path = pathlib.Path(__file__).with_suffix(".safetensors")
    save_file(tensors, path, metadata={"config": json.dumps(config)})
    path.chmod(0o644)
