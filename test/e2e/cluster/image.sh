#!/usr/bin/env bash
# Makes one container image out of Debian's static busybox, without a registry: image.sh OUT.tar NAME…
set -euo pipefail
out=$1; shift
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/root/{bin,tmp,etc} "$work/image"
cp "$(command -v busybox)" "$work/root/bin/busybox"
for applet in sh sleep cat ls head tail id env date tar wc; do ln -s busybox "$work/root/bin/$applet"; done
echo 'root:x:0:0:root:/:/bin/sh' > "$work/root/etc/passwd"
tar --sort=name --mtime=@0 --owner=0 --group=0 -C "$work/root" -cf "$work/image/layer.tar" .
digest=$(sha256sum "$work/image/layer.tar" | cut -d' ' -f1)
printf '{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["/bin/sleep","2147483647"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$digest" > "$work/image/config.json"
names=$(printf ',"%s"' "$@")
printf '[{"Config":"config.json","RepoTags":[%s],"Layers":["layer.tar"]}]' "${names:1}" > "$work/image/manifest.json"
tar -C "$work/image" -cf "$out" manifest.json config.json layer.tar
