# shellcheck shell=bash disable=SC2034
# What the cluster scripts share: where things lie and which network they live in. Sourced, never run.
# Every value may be set in the environment beforehand.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

KVER=${KVER:-1.34.4}   # Kubernetes, without the v
EVER=${EVER:-3.6.16}   # etcd, without the v
CACHE=${KUBECTL_AUDIT_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/kubectl-audit/e2e}
BIN=$CACHE/bin         # build.sh puts the executables here; another version than the usual one has a folder of its own
[ "$KVER" = 1.34.4 ] || BIN=$BIN-$KVER

RUN=${RUN:-/tmp/kubectl-audit-cluster}         # one running cluster: certificates, kubeconfigs, etcd's data, logs, pids
AUDIT=${AUDIT:-$RUN/audit}                     # the audit logs: $AUDIT/SERVER/audit.log
PARTS=${PARTS:-etcd apiserver kcm}             # and: scheduler containerd kubelet
SERVERS=${SERVERS:-cp-1=$HERE/policy-bodies.yaml}   # the API servers on the one etcd: NAME=POLICY-FILE …
AUDIT_FLAGS=${AUDIT_FLAGS:---audit-log-maxsize=100}
NODE_NAME=${NODE_NAME:-node-1}
IMAGE=${IMAGE:-localhost/busybox:local}        # what pods may run (one image, any number of names, separated by spaces)
FIRST_PORT=26443                               # of the first API server; the next has the next
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
  if [ ! -e "/run/netns/$NETNS" ] && ip netns add "$NETNS" 2> /dev/null; then
    nsenter --net="/run/netns/$NETNS" sh -c \
      "ip link set lo up; ip addr add $SERVER_IP/32 dev lo; ip addr add $NODE_IP/32 dev lo"
  fi
  if [ -e "/run/netns/$NETNS" ]; then
    exec nsenter --net="/run/netns/$NETNS" env IN_NETNS=yes "$0" "$@"
  fi
  echo "no network namespace here: using 127.0.0.1" >&2
  exec env IN_NETNS=no SERVER_IP=127.0.0.1 NODE_IP=127.0.0.1 "$0" "$@"
}
