#!/usr/bin/env bash
# Starts a cluster in $RUN and returns when it is ready. What is started, and how: settings.sh.
# With OWNER=PID set, the cluster ends by itself when that process is gone, however it went, and $RUN goes with it.
# Whatever was started is stopped again when the rest does not come up.
set -euo pipefail
# shellcheck source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
enter_network "$@"
mkdir -p "$RUN"/{pki,kube,log,pid}
has() { [[ " $PARTS " == *" $1 "* ]]; }
for pid in "$RUN"/pid/*; do
  if [ -f "$pid" ] && is_ours "$(cat "$pid")"; then echo "$RUN has a running cluster: down.sh first" >&2; exit 1; fi
done
trap '[ $? = 0 ] || "$HERE/down.sh"' EXIT

# Without a namespace, ports are shared with whoever is here, another cluster of ours perhaps: take those that are free.
is_free() { # first port: nothing listens on those that a cluster may use
  local port
  for port in $(seq "$1" $(($1 + 9))) $(seq $(($1 + 50)) $(($1 + 54))); do
    ! (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null || return 1
  done
}
if [ "$IN_NETNS" = no ]; then # at random, for another that starts at the same moment looks at the same ports
  until FIRST_PORT=$((20000 + RANDOM % 120 * 100)); is_free "$FIRST_PORT"; do :; done
fi
echo "$FIRST_PORT" > "$RUN/first-port"
# shellcheck source=settings.sh
source "$HERE/settings.sh"

# --- processes ---
start() { # name command…
  local name=$1; shift
  setsid nohup "$@" > "$RUN/log/$name.log" 2>&1 < /dev/null &
  echo $! > "$RUN/pid/$name"
}
await() { # name seconds command…: until the command succeeds; fails when the process dies or the time is up
  local name=$1 tries=$(($2 * 5)); shift 2
  while ! "$@" > /dev/null 2>&1; do
    if ! is_running "$(cat "$RUN/pid/$name")" || [ $((tries -= 1)) -lt 0 ]; then
      echo "$name did not become ready:" >&2; tail -20 "$RUN/log/$name.log" >&2; exit 1
    fi
    sleep 0.2
  done
}

# How others get in, and who cleans up behind a caller that was killed.
[ "$IN_NETNS" = no ] && : > "$RUN/enter" || echo "nsenter --net=/run/netns/$NETNS" > "$RUN/enter"
if [ -n "${OWNER:-}" ]; then
  export RUN NETNS
  export -f is_running
  start watchdog bash -c 'while is_running "$1"; do sleep 1; done; "$2/down.sh" watchdog; rm -rf --one-file-system "$3"' \
    - "$OWNER" "$HERE" "$RUN"
fi

# --- certificates and kubeconfigs ---
# shellcheck source=identity.sh
source "$HERE/identity.sh"
cd "$RUN/pki"
if [ ! -f ca.crt ]; then
  newkey ca.key
  openssl req -x509 -new -key ca.key -subj "/CN=kubernetes-ca" -days 3650 -out ca.crt
  openssl genrsa -out sa.key 2048 2> /dev/null
  openssl rsa -in sa.key -pubout -out sa.pub 2> /dev/null
fi
certificate apiserver "/CN=kube-apiserver" "IP:127.0.0.1,IP:$SERVER_IP,DNS:localhost,DNS:kubernetes"
certificate kubelet-server "/CN=$NODE_NAME" "IP:$NODE_IP,DNS:$NODE_NAME"
certificate kubelet-client "/O=system:masters/CN=kube-apiserver-kubelet-client"
component() { certificate "$1" "$2"; kubeconfig "$1" "$(by_certificate "$1")" "$SERVER_IP:$FIRST_PORT"; }
component admin "/O=system:masters/CN=kubernetes-admin"
component kcm "/CN=system:kube-controller-manager"
component scheduler "/CN=system:kube-scheduler"
component node "/O=system:nodes/CN=system:node:$NODE_NAME"
admin() { "$BIN/kubectl" --kubeconfig "$RUN/kube/admin.yaml" "$@"; }

# --- etcd, API servers, controllers ---
if has etcd; then
  start etcd "$BIN/etcd" --data-dir "$RUN/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls http://127.0.0.1:$ETCD_PORT --advertise-client-urls http://127.0.0.1:$ETCD_PORT \
    --listen-peer-urls http://127.0.0.1:$ETCD_PEER_PORT --initial-advertise-peer-urls http://127.0.0.1:$ETCD_PEER_PORT \
    --initial-cluster default=http://127.0.0.1:$ETCD_PEER_PORT
  await etcd 20 curl -fsS http://127.0.0.1:$ETCD_PORT/health
fi
if has apiserver; then
  port=$FIRST_PORT
  for server in $SERVERS; do
    name=${server%%=*}
    mkdir -p "$AUDIT/$name"; cp "${server#*=}" "$RUN/policy-$name.yaml"
    # shellcheck disable=SC2086
    start "apiserver-$name" "$BIN/kube-apiserver" --etcd-servers http://127.0.0.1:$ETCD_PORT \
      --bind-address "$([ "$IN_NETNS" = no ] && echo 127.0.0.1 || echo 0.0.0.0)" --secure-port "$port" \
      --advertise-address 127.0.0.1 --endpoint-reconciler-type none --service-cluster-ip-range 10.96.0.0/16 \
      --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged --cert-dir "$RUN/pki" \
      --client-ca-file ca.crt --tls-cert-file apiserver.crt --tls-private-key-file apiserver.key \
      --service-account-issuer https://kubernetes.default.svc --service-account-key-file sa.pub --service-account-signing-key-file sa.key \
      --kubelet-client-certificate kubelet-client.crt --kubelet-client-key kubelet-client.key \
      --kubelet-certificate-authority ca.crt --kubelet-preferred-address-types InternalIP \
      --audit-policy-file "$RUN/policy-$name.yaml" --audit-log-path "$AUDIT/$name/audit.log" $AUDIT_FLAGS
    await "apiserver-$name" 60 curl -fsS --cacert ca.crt --cert admin.crt --key admin.key "https://$SERVER_IP:$port/readyz"
    port=$((port + 1))
  done
fi
if has kcm; then
  start kcm "$BIN/kube-controller-manager" --kubeconfig "$RUN/kube/kcm.yaml" --authentication-kubeconfig "$RUN/kube/kcm.yaml" \
    --authorization-kubeconfig "$RUN/kube/kcm.yaml" --bind-address 127.0.0.1 --secure-port "$KCM_PORT" --leader-elect=false \
    --use-service-account-credentials --service-account-private-key-file sa.key --root-ca-file ca.crt \
    --cluster-signing-cert-file ca.crt --cluster-signing-key-file ca.key --cert-dir "$RUN/pki"
fi
if has scheduler; then
  start scheduler "$BIN/kube-scheduler" --kubeconfig "$RUN/kube/scheduler.yaml" --authentication-kubeconfig "$RUN/kube/scheduler.yaml" \
    --authorization-kubeconfig "$RUN/kube/scheduler.yaml" --bind-address 127.0.0.1 --secure-port "$SCHEDULER_PORT" --leader-elect=false --cert-dir "$RUN/pki"
fi

# --- a node ---
if has kubelet; then
  mkdir -p "$RUN/containerd/cni"
  cat > "$RUN/containerd/config.toml" <<TOML
version = 2
root = "$RUN/containerd/root"
state = "$RUN/containerd/state"
[grpc]
  address = "$CRI"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${IMAGE%% *}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    conf_dir = "$RUN/containerd/cni"
TOML
  # A network that does nothing makes the node Ready; pods use hostNetwork.
  echo '{"cniVersion":"0.4.0","name":"none","plugins":[{"type":"loopback"}]}' > "$RUN/containerd/cni/10-none.conflist"
  start containerd containerd -c "$RUN/containerd/config.toml"
  await containerd 20 ctr -a "$CRI" version
  [ -f "$RUN/image.tar" ] || "$HERE/image.sh" "$RUN/image.tar" $IMAGE
  ctr -a "$CRI" -n k8s.io images import "$RUN/image.tar" > /dev/null
  # Without pod cgroups a kubelet of 1.33 and later panics when a pod with resources is deleted just after its start: it
  # takes it for one to be resized. The gate is locked from 1.35 on.
  gates=; case $KVER in 1.33.* | 1.34.*) gates="InPlacePodVerticalScaling: false" ;; esac
  cat > "$RUN/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_IP
port: $KUBELET_PORT
healthzPort: 0
tlsCertFile: $RUN/pki/kubelet-server.crt
tlsPrivateKeyFile: $RUN/pki/kubelet-server.key
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $RUN/pki/ca.crt}}
authorization: {mode: Webhook}
containerRuntimeEndpoint: unix://$CRI
cgroupDriver: cgroupfs
cgroupsPerQOS: false          # so that two kubelets on one machine leave each other's pods alone
enforceNodeAllocatable: [none]
podLogsDir: $RUN/podlogs      # the same reason: a kubelet removes log folders of pods that it does not know
featureGates: {$gates}
failSwapOn: false
failCgroupV1: false
makeIPTablesUtilChains: false
localStorageCapacityIsolation: false
evictionHard: {memory.available: "0%", nodefs.available: "0%", nodefs.inodesFree: "0%", imagefs.available: "0%"}
imageGCHighThresholdPercent: 100
enableSystemLogHandler: true
resolvConf: ""
YAML
  start kubelet "$BIN/kubelet" --config "$RUN/kubelet.yaml" --kubeconfig "$RUN/kube/node.yaml" \
    --hostname-override "$NODE_NAME" --node-ip "$NODE_IP" --root-dir "$RUN/kubelet" --cert-dir "$RUN/pki/kubelet"
  await kubelet 60 admin get node "$NODE_NAME"
  await kubelet 90 admin wait --for=condition=Ready "node/$NODE_NAME" --timeout=1s
fi
if has kcm; then await kcm 60 admin get serviceaccount default -n default; fi
