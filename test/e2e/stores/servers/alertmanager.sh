#!/usr/bin/env bash
# Alertmanager, unpacked from Debian's package: `alertmanager.sh build FOLDER`, `[HOST=…] [CONFIG=FILE] alertmanager.sh run FOLDER DATA PORT`.
# Needs apt; nothing is installed on the machine.
set -euo pipefail
what=$1 folder=$2
root=$folder/root

build() {
  [ ! -x "$root/usr/bin/prometheus-alertmanager" ] || return 0
  local debs
  debs=$(mktemp -d)
  cd "$debs"
  # A fresh machine has no lists of packages.
  apt-cache show prometheus-alertmanager > /dev/null 2>&1 || apt-get update -qq
  apt-get download -qq prometheus-alertmanager
  rm -rf "$root.new"
  dpkg-deb -x ./*.deb "$root.new"
  mv "$root.new" "$root"
  rm -rf "$debs"
}

case $what in
  build) build ;;
  run)
    # Debian's build reads its templates below /usr/share, wherever it lies: they are there for this process alone.
    alone=(unshare --mount)
    [ "$(id -u)" = 0 ] || alone=(unshare --map-root-user --mount)
    exec "${alone[@]}" bash -c 'mount --bind "$1/usr/share" /usr/share && shift && exec "$@"' - "$root" \
      "$root/usr/bin/prometheus-alertmanager" --config.file="$CONFIG" --storage.path="$3" \
      --web.listen-address="${HOST:-127.0.0.1}:$4" --cluster.listen-address= --log.level=warn
    ;;
esac
