#!/usr/bin/env bash
# Stops what up.sh started in $RUN, by the process ids that it wrote down, and removes the network namespace.
# Everything in $RUN stays, the audit logs included; `rm -rf` it afterwards. Does nothing when nothing runs.
set -uo pipefail
# shellcheck source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
stop() { # name
  local pid; pid=$(cat "$RUN/pid/$1" 2> /dev/null) || return 0
  rm -f "$RUN/pid/$1"
  is_ours "$pid" || return 0
  kill "$pid" 2> /dev/null
  for _ in $(seq 20); do
    is_ours "$pid" || return 0
    sleep 0.1
  done
  kill -9 "$pid" 2> /dev/null # audit lines are written at once: nothing is lost
}
[ "${1:-}" = watchdog ] || stop watchdog
for name in kubelet scheduler kcm; do stop "$name"; done
if [ -f "$RUN/pid/containerd" ]; then
  ctr_() { timeout 10 ctr -a "$CRI" -n k8s.io "$@" 2> /dev/null; }
  for task in $(ctr_ tasks ls -q); do ctr_ tasks kill -s SIGKILL "$task"; ctr_ tasks delete -f "$task"; done > /dev/null
  for container in $(ctr_ containers ls -q); do ctr_ containers delete "$container"; done > /dev/null
  sleep 1
fi
# A container that was just being made has a shim, but no task yet.
for pid in $(pgrep -f "containerd-shim.* -address $CRI"); do is_ours "$pid" && kill "$pid"; done 2> /dev/null
for name in containerd $(cd "$RUN/pid" 2> /dev/null && ls -d apiserver-* 2> /dev/null) etcd; do stop "$name"; done
awk -v run="$RUN/" 'index($2, run) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do umount -l "$mount"; done
[ ! -e "/run/netns/$NETNS" ] || ip netns del "$NETNS"
exit 0
