#!/usr/bin/env bash
# Says on stdout why no kubelet can run here, and fails; silent when one can. Installs what only that needs.
set -uo pipefail
# shellcheck source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
no() { echo "$1"; exit 1; }
[ "$(uname -s)" = Linux ] || no "a kubelet needs Linux"
[ "$(id -u)" = 0 ] || no "a kubelet needs root"
probe=ka-probe-$$
ip netns add "$probe" 2> /dev/null && nsenter --net="/run/netns/$probe" true 2> /dev/null
entered=$?
ip netns del "$probe" 2> /dev/null
[ "$entered" = 0 ] || no "network namespaces are not permitted"
for root in /sys/fs/cgroup/memory /sys/fs/cgroup; do # cgroup v1, v2
  [ -d "$root" ] || continue
  mkdir "$root/$probe" 2> /dev/null && rmdir "$root/$probe" || no "cgroups are not writable"
  break
done
"$HERE/build.sh" kube-apiserver kube-controller-manager kubectl kube-scheduler kubelet >&2 || no "a kubelet's parts could not be built or installed"
