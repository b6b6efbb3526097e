#!/usr/bin/env python3
"""Whether sweeps came out the same, but for the times in them: examples/sweep_same.py S1 S2 ..."""
import json
import pathlib
import sys


def cells(folder):
    found = {}
    for file in sorted(pathlib.Path(folder, "cells").glob("*.json")):
        cell = json.loads(file.read_text(encoding="utf-8"))
        del cell["seconds"], cell["row"]["ms_per_sentence"]
        found[file.stem] = cell
    return found


if len(sys.argv) < 3:
    sys.exit("usage: sweep_same.py DIR DIR ...")
first, *others = sys.argv[1:]
expected, differing = cells(first), 0
for other in others:
    found = cells(other)
    names = [name for name in sorted(expected.keys() | found.keys()) if expected.get(name) != found.get(name)]
    for name in names:
        state = "differs" if name in found and name in expected else "is in one of them only"
        print(f"{first}, {other}: {name} {state}")
    differing += len(names)
print(f"{len(expected)} cells in {len(others) + 1} sweeps, {differing} differ")
sys.exit(differing > 0 or not expected)
