#!/usr/bin/env python3
"""Translates with a run that `attentionless export` or the page's Export wrote, in plain PyTorch.

    pip install torch safetensors tokenizers
    echo "The dog sleeps." | python examples/load_in_pytorch.py run.safetensors --mix enc=alr-m,cross=awr-m

A line a sentence, greedily: what `attentionless translate RUN --mix MIX` prints, with all nets and controls at all sites, and
mixes that were trained as a whole. No beam search; no hash is checked; each token goes through the whole target again.
"""

import argparse, json, math, re, sys, unicodedata
import torch
import torch.nn.functional as F
from safetensors import safe_open
from tokenizers import Tokenizer

class Run:
    """The tensors of a run and their algebra, for one sentence at a time: x is [length, d_model]."""

    def __init__(self, path, mix):
        with safe_open(path, "pt") as file:
            words = json.loads(file.metadata()["attentionless"])
            self.tensors = {name: file.get_tensor(name).float() for name in file.keys()}
        self.tokenizer = Tokenizer.from_str(words["tokenizer"])
        size = json.loads(words["recipe"])["model"]
        self.layers, self.width, self.heads, self.max_len = (size[name] for name in ("layers", "d_model", "heads", "max_len"))
        parts = [part.split("=") for part in mix.split(",") if part != "teacher" and not part.startswith("trained=")]
        self.fillings = {}
        for place, filling in sorted(parts, key=lambda part: "." in part[0]):  # an entry for one layer wins over one for all
            site, _, layer = place.partition(".")
            self.fillings |= {(site, index): filling for index in ([int(layer) - 1] if layer else range(self.layers))}
        # What was trained as a whole has nets of its own, and a teacher where all weights were trained.
        own = {name: tensor for name, tensor in self.tensors.items() if name.startswith(f"tuned/{mix}/")}
        assert own or "trained=" not in mix, f"the run has no {mix}"
        self.tensors |= {name.removeprefix(f"tuned/{mix}/"): tensor for name, tensor in own.items()}

    def linear(self, name, x):
        return F.linear(x, self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])

    def norm(self, name, x):
        return F.layer_norm(x, x.shape[-1:], self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"])

    def projected(self, attention, part, x):  # queries, keys or values: parts 0, 1 and 2
        return F.linear(x, *(self.tensors[f"{attention}.in_proj_{kind}"].chunk(3)[part] for kind in ("weight", "bias")))

    def flat(self, x):  # padded with zeros to max_len
        return F.pad(x, (0, 0, 0, self.max_len - len(x))).flatten()

    def prefixes(self, x):  # for each place the sentence up to it
        return torch.stack([self.flat(x[: place + 1]) for place in range(len(x))])

    def shallow(self, net, x):
        x, deeper = self.norm(f"{net}hidden_norm", F.leaky_relu(self.linear(f"{net}in", self.norm(f"{net}norm", x)), 0.01)), 0
        while f"{net}deeper.{deeper}.linear.weight" in self.tensors:
            x = self.norm(f"{net}deeper.{deeper}.norm", F.leaky_relu(self.linear(f"{net}deeper.{deeper}.linear", x), 0.01))
            deeper += 1
        return self.linear(f"{net}out", x)

    def asked(self, net, x, seen):  # the hidden layer of a net that answers each query by itself
        query = self.norm(f"{net}query_norm", x)
        both = self.linear(f"{net}source", self.norm(f"{net}source_norm", seen)) + self.linear(f"{net}query", query)
        return F.leaky_relu(both, 0.01) * (self.linear(f"{net}gate", query) if f"{net}gate.weight" in self.tensors else 1)

    def split(self, x):
        return x.unflatten(1, (self.heads, -1)).transpose(0, 1)

    def weigh(self, scores, values, causal):  # scores: [heads, queries, source]
        future = torch.full(scores.shape[1:], -math.inf).triu(1) if causal else 0
        return ((scores + future).softmax(-1) @ self.split(values)).transpose(0, 1).flatten(1)

    def net(self, site, layer, x, source):
        """What the net at this place gives: the heads' outputs, or more where its method takes the place of more."""
        filling, (stack, place) = self.fillings[site, layer], ("encoder", "") if site == "enc" else ("decoder", f"{site}.")
        method, _, variant = re.fullmatch(r"(\w+)-(\w+)\+?(\w*)", filling).groups()
        net = f"nets/{site}.{layer + 1}.{filling}/{stack}.layers.{layer}.{place}{method}."
        if method == "awr":
            seen = self.prefixes(x) if site == "self" else self.flat(source)
            scores = self.split(self.linear(f"{net}out", self.asked(net, x, seen)))[..., : len(source)]
            return self.weigh(scores, self.projected(self.attention(site, layer), 2, source), site == "self")
        if method == "aslr":
            heads = [self.shallow(f"{net}heads.{head}.", self.flat(x)) for head in range(self.heads)]
            return torch.cat([head.unflatten(0, (self.max_len, -1)) for head in heads], 1)[: len(x)]
        if site == "enc":
            return self.shallow(net, self.flat(x)).unflatten(0, (self.max_len, -1))[: len(x)]
        if site == "self":
            return self.shallow(net, self.prefixes(x))
        if variant in ("perquery", "gated"):
            return self.linear(f"{net}out", self.norm(f"{net}hidden_norm", self.asked(net, x, self.flat(source))))
        both = torch.cat([self.flat(source).expand(len(x), -1), self.prefixes(x)], 1)  # decoding sees the queries so far
        return self.shallow(f"{net}net.", both).unflatten(1, (self.max_len, -1)).diagonal(dim1=0, dim2=1).T

    def attention(self, site, layer):
        kind = "multihead_attn" if site == "cross" else "self_attn"
        return f"{'encoder' if site == 'enc' else 'decoder'}.layers.{layer}.{kind}"

    def attend(self, site, layer, x, source):
        attention, filling = self.attention(site, layer), self.fillings.get((site, layer), "attention")
        if filling in ("attention", "uniform"):
            queries, keys, values = (self.projected(attention, part, of) for part, of in enumerate((x, source, source)))
            scores = self.split(queries) @ self.split(keys).mT / math.sqrt(self.width / self.heads)
            heads = self.weigh(scores * (filling == "attention"), values, site == "self")
        elif filling in ("none", "mean"):
            heads = torch.zeros_like(x) + (self.tensors[f"means/{site}.{layer}"] if filling == "mean" else 0)
        else:
            heads = self.net(site, layer, x, source)
        return self.linear(f"{attention}.out_proj", heads)

    def feed(self, layer, norm, x):
        return x + self.linear(f"{layer}.linear2", self.linear(f"{layer}.linear1", self.norm(f"{layer}.{norm}", x)).relu())

    def embed(self, table, ids):
        angle = torch.arange(len(ids)).double()[:, None] / 10000 ** (torch.arange(0, self.width, 2) / self.width)
        x = self.tensors[f"{table}_embedding.weight"][ids] * math.sqrt(self.width)
        return x + torch.stack([angle.sin(), angle.cos()], -1).flatten(1).float()

    def encode(self, ids):
        x = self.embed("source", ids)
        for index, layer in enumerate(f"encoder.layers.{index}" for index in range(self.layers)):
            method = self.fillings.get(("enc", index), "").partition("-")[0]
            h = self.norm(f"{layer}.norm1", x)  # which ALRR and ELR take the place of, too
            x = self.net("enc", index, x, x) if method in ("alrr", "elr") else x + self.attend("enc", index, h, h)
            x = x if method == "elr" else self.feed(layer, "norm2", x)
        return self.norm("encoder.norm", x)

    def next(self, memory, said):
        x = self.embed("target", said)
        for index, layer in enumerate(f"decoder.layers.{index}" for index in range(self.layers)):
            h = self.norm(f"{layer}.norm1", x)
            x = x + self.attend("self", index, h, h)
            x = self.feed(layer, "norm3", x + self.attend("cross", index, self.norm(f"{layer}.norm2", x), memory))
        return 2 + self.linear("generator", self.norm("decoder.norm", x[-1]))[2:].argmax().item()  # never <pad> nor <s>

    def translate(self, text):
        words = unicodedata.normalize("NFC", text.replace("▁", " ")).split()
        ids, said = self.tokenizer.encode(" ".join(words)).ids[: self.max_len], [1]
        memory = self.encode(ids) if ids else None  # an empty sentence stays empty
        while ids and said[-1] != 2 and len(said) <= self.max_len:
            said.append(self.next(memory, said))
        tokens = ["⁇" if id == 3 else self.tokenizer.id_to_token(id) for id in said[1:] if id != 2]
        return "".join(tokens).removeprefix("▁").replace("▁", " ")


parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("path", metavar="RUN", help="a .safetensors file with a whole run")
parser.add_argument("--mix", default="teacher")
torch.set_num_threads(1), torch.set_grad_enabled(False)  # the vectors of one sentence are too short to share
run = Run(**vars(parser.parse_args()))
for line in sys.stdin:
    print(run.translate(line))
