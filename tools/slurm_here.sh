#!/bin/sh
# A Slurm of one node on the loopback address, for as long as a command runs: tools/slurm_here.sh COMMAND...
#
# For trying what a cluster does without one. Needs root and Debian's slurm-wlm and munge (slurmctld, slurmd, munged).
# Everything lies in a folder of its own that goes at the end; an installed Slurm is left alone. It waits 2 s between
# a job's TERM and its KILL.
set -eu

[ $# -gt 0 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
for program in slurmctld slurmd munged; do
    command -v "$program" >/dev/null || { echo "$program is not installed (Debian: slurm-wlm, munge)" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "slurmd needs root to start jobs" >&2; exit 3; }

place=$(mktemp -d)
chmod 755 "$place"
node=$(hostname -s)
munged_pid='' ctld_pid='' slurmd_pid=''

finish() {
    # Jobs first: slurmd's children would outlive it.
    scancel --user="$(id -un)" 2>/dev/null || true
    sleep 1
    for process in $slurmd_pid $ctld_pid $munged_pid; do
        kill "$process" 2>/dev/null || true
        wait "$process" 2>/dev/null || true
    done
    rm -rf "$place"
}
trap finish EXIT
trap 'exit 130' INT TERM

dd if=/dev/urandom of="$place/munge.key" bs=128 count=1 2>/dev/null
chmod 400 "$place/munge.key"
munged --foreground --force --key-file="$place/munge.key" --socket="$place/munge.socket" --pid-file="$place/munge.pid" \
    --seed-file="$place/munge.seed" --log-file="$place/munge.log" 2>"$place/munged.out" &
munged_pid=$!

cat >"$place/slurm.conf" <<END
ClusterName=here
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=${SLURM_HERE_PORT:-16817}
SlurmdPort=$((${SLURM_HERE_PORT:-16817} + 1))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$place/munge.socket
CredType=cred/munge
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.pid
SlurmctldLogFile=$place/slurmctld.log
SlurmdLogFile=$place/slurmd.log
SlurmctldParameters=enable_configless
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
KillWait=2
MpiDefault=none
SwitchType=switch/none
SchedulerParameters=sched_interval=1
NodeName=$node NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=1000 State=UNKNOWN
PartitionName=here Nodes=$node Default=YES MaxTime=INFINITE State=UP
END
mkdir "$place/state" "$place/spool"
export SLURM_CONF="$place/slurm.conf"

slurmctld -D >"$place/slurmctld.out" 2>&1 &
ctld_pid=$!
slurmd -D -N "$node" >"$place/slurmd.out" 2>&1 &
slurmd_pid=$!

seconds=0
until sinfo --noheader --format=%t 2>/dev/null | grep -q '^idle'; do
    seconds=$((seconds + 1))
    [ "$seconds" -lt 30 ] || { echo "Slurm did not start:" >&2; tail -5 "$place"/*.log "$place"/*.out >&2; exit 3; }
    sleep 1
done

"$@"
