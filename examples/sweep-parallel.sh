#!/usr/bin/env bash
# A sweep under GNU parallel, which may also spread it over machines that share the folder (its option --sshloginfile).
#
#     examples/sweep-parallel.sh DIR JOBS RECIPE-AND-GRID...
#     examples/sweep-parallel.sh S1 4 recipes/tiny.json --methods alr,awr --sizes xs,s,m --sites enc,cross --seeds 1-3
#
# Again, it goes on. ATTENTIONLESS names the program where it is not on the PATH.
set -euo pipefail
out=${1:?usage: sweep-parallel.sh DIR JOBS RECIPE-AND-GRID...}
jobs=${2:?usage: sweep-parallel.sh DIR JOBS RECIPE-AND-GRID...}
program=${ATTENTIONLESS:-attentionless}

# One signal and time to save, where the default sends three within a second.
"$program" sweep "${@:3}" --out "$out" --list | parallel --jobs "$jobs" --termseq TERM,30000,KILL,25
"$program" sweep --collect "$out"
