#!/usr/bin/env bash
# Builds etcd and the Kubernetes executables from the Go module proxy, once per version, into a cache outside the
# checkout. Prints how long each step took.
#   build.sh [NAME…]   default: kube-apiserver kube-controller-manager kubectl   (etcd always)
#                      also known: kube-scheduler kubelet
# Needs Go, from PATH or /usr/local/go. Cold, on two cores: about 6 minutes for the default three. Warm: nothing to do.
# Several at once take turns, and one that is broken off leaves no half-written executable behind.
set -euo pipefail
# shellcheck source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
WHAT=("$@")
[ ${#WHAT[@]} -gt 0 ] || WHAT=(kube-apiserver kube-controller-manager kubectl)

# What the scripts use of Debian's. containerd, runc and busybox serve the kubelet only.
need=() tools="openssl:openssl curl:curl ip:iproute2"
[[ " ${WHAT[*]} " != *" kubelet "* ]] || tools+=" containerd:containerd runc:runc busybox:busybox-static"
command -v go > /dev/null || PATH+=:/usr/local/go/bin
command -v go > /dev/null || tools+=" go:golang-go"
for tool in $tools; do command -v "${tool%%:*}" > /dev/null || need+=("${tool#*:}"); done
if [ ${#need[@]} -gt 0 ]; then
  echo "installing ${need[*]}"
  # One unreachable mirror among several makes the update fail, and need not keep these from coming.
  { apt-get update -q || true; DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${need[@]}"; } > /dev/null ||
    { echo "missing and could not be installed: ${need[*]}" >&2; exit 1; }
fi
case $(go version 2>&1) in # from 1.21 on, Go fetches the release that a module asks for by itself
  *go1.2[1-9]* | *go1.[3-9]?*) ;;
  *) echo "Go is missing or too old ($(go version 2>&1)): install Go 1.21 or later, then run this again" >&2; exit 1 ;;
esac

export CGO_ENABLED=0 GOFLAGS=-mod=mod
mkdir -p "$BIN"
exec 9> "$CACHE/lock"
flock -n 9 || { echo "another build is running: waiting for it"; flock 9; }
step() { # name, command…
  local name=$1 began=$SECONDS; shift
  "$@"
  echo "$name: $((SECONDS - began)) s"
}
# Not grep -q: it would hang up on a program that has more to say.
built() { [ -x "$BIN/$1" ] && "$BIN/$1" "${@:3}" 2> /dev/null | grep -F "$2" > /dev/null; } # name, version, how to ask for it
build() { # name ldflags package
  step "$1" go build -p 2 -trimpath -ldflags "$2" -o "$BIN/$1.part" "$3"
  mv "$BIN/$1.part" "$BIN/$1"
}

# etcd: one main() around its own server package, which can be had as a module.
if ! built etcd "$EVER" --version; then
  mkdir -p "$CACHE/build/etcd" && cd "$CACHE/build/etcd"
  cat > main.go <<'GO'
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
GO
  printf 'module local/etcd\n\ngo 1.24\n' > go.mod
  step "etcd's modules" go get "go.etcd.io/etcd/server/v3/etcdmain@v$EVER"
  build etcd "-s -w" .
fi

missing=()
for name in "${WHAT[@]}"; do
  ask=--version; [ "$name" != kubectl ] || ask="version --client"
  # shellcheck disable=SC2086
  built "$name" "v$KVER" $ask || missing+=("$name")
done
[ ${#missing[@]} -gt 0 ] || exit 0

# Kubernetes: its go.mod replaces the staging modules by folders, which a module cannot do; ours pins the published ones.
mkdir -p "$CACHE/build/k8s-$KVER" && cd "$CACHE/build/k8s-$KVER"
upstream=$(go mod download -json "k8s.io/kubernetes@v$KVER" | sed -n 's/.*"GoMod": "\(.*\)",/\1/p')
{
  printf 'module local/k8s\n\n%s\n\nrequire k8s.io/kubernetes v%s\n\nreplace (\n' "$(grep '^go ' "$upstream")" "$KVER"
  sed -n 's#^[[:space:]]*\(k8s.io/[a-z0-9-]*\) => ./staging/.*#\1#p' "$upstream" | sort -u |
    while read -r module; do printf '\t%s => %s v0.%s\n' "$module" "$module" "${KVER#1.}"; done
  echo ")"
} > go.mod
packages=("${missing[@]/#/k8s.io/kubernetes/cmd/}")
step "Kubernetes' modules" go get "${packages[@]/%/@v$KVER}"
# The version that a release build would carry; no commit, for this is none.
stamp="-s -w" minor=${KVER#*.}
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamp+=" -X $package.gitVersion=v$KVER -X $package.gitMajor=${KVER%%.*} -X $package.gitMinor=${minor%%.*}"
  stamp+=" -X $package.gitTreeState=clean -X $package.gitCommit=0000000000000000000000000000000000000000"
done
for name in "${missing[@]}"; do build "$name" "$stamp" "k8s.io/kubernetes/cmd/$name"; done
