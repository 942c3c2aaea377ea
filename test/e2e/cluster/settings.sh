# shellcheck shell=bash disable=SC2034
# What the cluster scripts share: where things lie and which network they live in. Sourced, never run.
# Every value may be set in the environment beforehand.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

KVER=${KVER:-1.34.4}   # Kubernetes, without the v
EVER=${EVER:-3.6.16}   # etcd, without the v
CACHE=${KUBECTL_AUDIT_E2E_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/kubectl-audit/e2e}
BIN=$CACHE/bin         # build.sh puts the executables here; another version than the usual one has a folder of its own
[ "$KVER" = 1.34.4 ] || BIN=$BIN-$KVER

RUN=${RUN:-/tmp/kubectl-audit-cluster}         # one running cluster: certificates, kubeconfigs, etcd's data, logs, pids
AUDIT=${AUDIT:-$RUN/audit}                     # the audit logs: $AUDIT/SERVER/audit.log
PARTS=${PARTS:-etcd apiserver kcm}             # and: scheduler containerd kubelet
SERVERS=${SERVERS:-cp-1=$HERE/policy-bodies.yaml}   # the API servers on the one etcd: NAME=POLICY-FILE …
AUDIT_FLAGS=${AUDIT_FLAGS:---audit-log-maxsize=100}
NODE_NAME=${NODE_NAME:-node-1}
IMAGE=${IMAGE:-localhost/busybox:local}        # what pods may run (one image, any number of names, separated by spaces)
# Of the first API server; the next has the next, and the others' lie 50 above. Once up, the cluster remembers it.
FIRST_PORT=${FIRST_PORT:-$(cat "$RUN/first-port" 2> /dev/null || echo 26443)}
ETCD_PORT=$((FIRST_PORT + 50)) ETCD_PEER_PORT=$((FIRST_PORT + 51))
KCM_PORT=$((FIRST_PORT + 52)) SCHEDULER_PORT=$((FIRST_PORT + 53)) KUBELET_PORT=$((FIRST_PORT + 54))
CRI=$RUN/containerd/containerd.sock

# All of it runs in a network namespace that has only lo, so that ports never clash and addresses can be chosen. The
# API servers' and the node's address lie on that lo, outside 127.0.0.0/8: an API server refuses to proxy to a loopback
# address. nsenter and not "ip netns exec", which remounts /sys and so hides the cgroups from the kubelet. Where
# namespaces are not permitted (a plain container), it runs on the host's loopback: enough for everything but a kubelet.
NETNS=${NETNS:-kubectl-audit}
SERVER_IP=${SERVER_IP:-10.0.0.11}
NODE_IP=${NODE_IP:-10.0.0.21}

enter_network() {
  [ -z "${IN_NETNS:-}" ] || return 0
  local inside=(nsenter --net="/run/netns/$NETNS")
  # A name can outlive its namespace: after a crash it is a plain file that nothing can enter.
  if [ -e "/run/netns/$NETNS" ] && ! "${inside[@]}" true 2> /dev/null; then ip netns del "$NETNS" 2> /dev/null || true; fi
  [ -e "/run/netns/$NETNS" ] || ip netns add "$NETNS" 2> /dev/null || true
  if "${inside[@]}" sh -c "ip link set lo up && ip addr replace $SERVER_IP/32 dev lo && ip addr replace $NODE_IP/32 dev lo" \
    2> /dev/null; then
    exec "${inside[@]}" env IN_NETNS=yes "$0" "$@"
  fi
  echo "no network namespace here: using 127.0.0.1" >&2
  exec env IN_NETNS=no SERVER_IP=127.0.0.1 NODE_IP=127.0.0.1 "$0" "$@"
}

is_running() { grep -qs '^State:.[^ZX]' "/proc/$1/status"; } # an ended process can linger as a zombie
is_ours() { # pid: running, and for this $RUN; a number from an old file may be anybody's by now
  is_running "$1" && tr '\0' ' ' < "/proc/$1/cmdline" 2> /dev/null | grep -F -- "$RUN" > /dev/null
}
