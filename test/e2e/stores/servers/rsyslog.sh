#!/usr/bin/env bash
# rsyslog with what writes to Elasticsearch and OpenSearch, unpacked from Debian's packages: `rsyslog.sh build FOLDER`,
# `rsyslog.sh run FOLDER CONFIG WORK`. Needs apt; nothing is installed on the machine.
set -euo pipefail
what=$1 folder=$2
root=$folder/root

build() {
  [ ! -x "$root/usr/sbin/rsyslogd" ] || return 0
  local debs
  debs=$(mktemp -d)
  cd "$debs"
  # A fresh machine has no lists of packages.
  apt-cache show rsyslog-elasticsearch > /dev/null 2>&1 || apt-get update -qq
  apt-get download -qq rsyslog rsyslog-elasticsearch libestr0 libfastjson4 liblognorm5 libcurl4
  rm -rf "$root.new"
  local deb
  for deb in *.deb; do dpkg-deb -x "$deb" "$root.new"; done
  mv "$root.new" "$root"
  rm -rf "$debs"
}

case $what in
  build) build ;;
  run)
    lib=$(dirname "$(find "$root/usr/lib" -name libestr.so.0)")
    exec env "LD_LIBRARY_PATH=$lib" "$root/usr/sbin/rsyslogd" -n -f "$3" -i "$4/rsyslogd.pid" -M "$lib/rsyslog"
    ;;
esac
