#!/usr/bin/env python3
"""Whether plain PyTorch translates with a run as the engine does, sentence by sentence: greedily, on the CPU.

    cargo build
    python examples/same_in_pytorch.py R1.safetensors --sentences 100
    python examples/same_in_pytorch.py R1 --mix enc=alr-m,self=awr-s

Takes what `attentionless export` or the page's Export wrote, or a run's directory, and the sentences of its test split. Without `--mix`
all mixes that were scored. Prints how many lines of each mix differ; exit code 1 if any does. Needs what `load_in_pytorch.py` needs.
"""

import argparse, json, pathlib, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).resolve().parent


def said(command, text=""):
    done = subprocess.run([str(word) for word in command], input=text, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--mix", action="append")
    parser.add_argument("--sentences", type=int, default=100)
    parser.add_argument("--engine", nargs="+", default=["cargo", "run", "-q", "--"], help="the command line's program")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        run, file = args.run, args.run
        if run.is_dir():
            file = pathlib.Path(temporary) / "run.safetensors"
            said([*args.engine, "export", run, "--out", file])
        else:
            run = pathlib.Path(temporary) / "run"
            said([*args.engine, "import", file, "--out", run])
        rows = json.loads((run / "rows.json").read_text()) if (run / "rows.json").exists() else [{"mix": "teacher"}]
        pairs = (run / "corpus" / "test.tsv").read_text().splitlines()[: args.sentences]
        text = "".join(pair.split("\t")[0] + "\n" for pair in pairs)
        different = 0
        for mix in args.mix or [row["mix"] for row in rows]:
            ours = said([*args.engine, "translate", run, "--mix", mix, "--device", "cpu"], text).splitlines()
            theirs = said([sys.executable, HERE / "load_in_pytorch.py", file, "--mix", mix], text).splitlines()
            assert len(ours) == len(theirs) == len(pairs), f"{len(pairs)} sentences gave {len(ours)} and {len(theirs)} lines"
            apart = [(one, other) for one, other in zip(ours, theirs) if one != other]
            different += len(apart)
            print(f"{mix}: {len(apart)} of {len(pairs)} differ")
            for one, other in apart[:3]:
                print(f"  engine:  {one}\n  PyTorch: {other}")
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()
