#!/usr/bin/env bash
# A sweep as one Slurm array, a task a cell, and a job behind it that collects.
#
#     examples/sweep-slurm.sh DIR RECIPE-AND-GRID...
#     SBATCH_GRES=gpu:1 SBATCH_TIMELIMIT=2:00:00 examples/sweep-slurm.sh S1 recipes/paper.json --methods alr --seeds 1-3
#
# Slurm reads what it needs to know of the cluster from SBATCH_* variables. Again, it goes on: what is done ends at once.
# ATTENTIONLESS names the program where it is not on the PATH; AT_ONCE is the most tasks at a time.
set -euo pipefail
out=${1:?usage: sweep-slurm.sh DIR RECIPE-AND-GRID...}
export ATTENTIONLESS=${ATTENTIONLESS:-attentionless}
export SWEEP=$out

mkdir -p "$out/slurm"
"$ATTENTIONLESS" sweep "${@:2}" --out "$out" --list >"$out/slurm/commands.txt"
count=$(wc -l <"$out/slurm/commands.txt")

# A minute before the time is up the program itself gets TERM, saves, and ends; `scancel` is as TERM too.
array=$(sbatch --parsable --job-name=sweep --array="1-$count${AT_ONCE:+%$AT_ONCE}" --signal=B:TERM@60 \
    --output="$out/slurm/%a.txt" <<'JOB'
#!/usr/bin/env bash
eval "exec $(sed -n "${SLURM_ARRAY_TASK_ID}p" "$SWEEP/slurm/commands.txt")"
JOB
)
collect=$(sbatch --parsable --job-name=sweep-collect --dependency="afterany:$array" --output="$out/slurm/collect.txt" <<'JOB'
#!/usr/bin/env bash
exec "$ATTENTIONLESS" sweep --collect "$SWEEP"
JOB
)
echo "$count cells are tasks of job $array; job $collect collects them into $out"
