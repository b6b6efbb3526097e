#!/usr/bin/env python3
"""BLEU by the length of the source, of the mixes that one or more runs have translated.

    pip install sacrebleu tokenizers
    python examples/bleu_by_length.py RUN [RUN ...]

RUN is the directory of a run that is scored (`attentionless run`, `eval` or a cell of `sweep`): `corpus/test.tsv` has its
sentences, `outputs/MIX.txt` what each mix made of the first of those that the model reads whole. Sentences are put by their words into thirds of about the
same size; a mix of several runs is taken from the first that has it. Runs of other sentences are refused.
"""

import json
import sys
from pathlib import Path

from sacrebleu.metrics import BLEU
from tokenizers import Tokenizer


def pairs_of(run: Path) -> list[tuple[str, str]]:
    """Those of at most `max_len` tokens, of the target one less, as it has its start or its end beside it."""
    length = json.loads((run / "recipe.json").read_text(encoding="utf-8"))["model"]["max_len"]
    tokenizer = Tokenizer.from_file(str(run / "tokenizer.json"))
    tokens = lambda text: len(tokenizer.encode(text, add_special_tokens=False).ids)
    lines = (run / "corpus/test.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [tuple(line.split("\t")) for line in lines]
    return [(source, target) for source, target in pairs if tokens(source) <= length and tokens(target) < length]


def limits(lengths: list[int], parts: int = 3) -> list[tuple[int, int]]:
    """Words from and to, such that each part has about as many sentences."""
    ordered = sorted(lengths)
    ends = sorted({ordered[len(ordered) * part // parts - 1] for part in range(1, parts + 1)})
    starts = [ordered[0]] + [end + 1 for end in ends[:-1]]
    return list(zip(starts, ends))


def main(runs: list[Path]) -> int:
    if not runs:
        print(__doc__, file=sys.stderr)
        return 2
    pairs, mixes = pairs_of(runs[0]), {}
    for run in runs:
        if pairs_of(run) != pairs:
            print(f"error: {run} has other test sentences than {runs[0]}; give runs of one seed and corpus", file=sys.stderr)
            return 1
        for file in sorted((run / "outputs").glob("*.txt")):
            mixes.setdefault(file.stem, file.read_text(encoding="utf-8").splitlines())
    if not mixes:
        print(f"error: {runs[0]} has no outputs; `attentionless eval {runs[0]}` makes them", file=sys.stderr)
        return 1
    count = min(len(lines) for lines in mixes.values())
    lengths = [len(source.split()) for source, _ in pairs[:count]]
    parts = limits(lengths)
    chosen = [[i for i, length in enumerate(lengths) if low <= length <= high] for low, high in parts]
    names = [f"{low} to {high} words ({len(part)})" for (low, high), part in zip(parts, chosen)]
    print("| mix | " + " | ".join(names) + f" | all {count} |")
    print("|---|" + "---:|" * (len(parts) + 1))
    for mix, lines in mixes.items():
        scores = []
        for part in [*chosen, range(count)]:
            hypotheses, references = [lines[i] for i in part], [pairs[i][1] for i in part]
            scores.append(f"{BLEU().corpus_score(hypotheses, [references]).score:.2f}")
        print(f"| {mix} | " + " | ".join(scores) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main([Path(word) for word in sys.argv[1:]]))
