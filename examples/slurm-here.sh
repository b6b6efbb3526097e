#!/usr/bin/env bash
# A Slurm cluster of this machine alone, to try `sweep-slurm.sh` on: `apt install slurm-wlm munge`, then
#
#     export SLURM_CONF=$(examples/slurm-here.sh start DIR)
#     examples/slurm-here.sh stop DIR
#
# All its files lie in DIR; nothing of the system is changed, and root is not needed.
set -euo pipefail
action=${1:?usage: slurm-here.sh start|stop DIR}
dir=$(realpath "${2:?usage: slurm-here.sh start|stop DIR}")
export SLURM_CONF=$dir/slurm.conf

case $action in
start)
    mkdir -p "$dir"/{state,spool,munge}
    chmod 700 "$dir/munge"
    [ -s "$dir/munge/key" ] || (umask 077 && head -c 128 /dev/urandom >"$dir/munge/key")
    cat >"$SLURM_CONF" <<CONF
ClusterName=here
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthInfo=socket=$dir/munge/socket
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
KillWait=30
ReturnToService=2
NodeName=$(hostname -s) NodeAddr=127.0.0.1 CPUs=$(nproc)
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
    munged --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munge/pid" \
        --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" >&2
    slurmctld >&2
    slurmd >&2
    for _ in $(seq 60); do
        if sinfo --noheader --format=%t 2>/dev/null | grep -q idle; then
            echo "$SLURM_CONF"
            exit
        fi
        sleep 0.5
    done
    echo "the node did not come up; see $dir/slurmctld.log and $dir/slurmd.log" >&2
    exit 1
    ;;
stop)
    for file in slurmd.pid slurmctld.pid munge/pid; do
        [ ! -f "$dir/$file" ] || kill "$(cat "$dir/$file")" 2>/dev/null || true
    done
    ;;
*)
    echo "usage: slurm-here.sh start|stop DIR" >&2
    exit 2
    ;;
esac
