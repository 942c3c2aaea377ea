#!/usr/bin/env bash
# fake-gcs-server, which speaks Google Cloud Storage's JSON API: `gcs.sh build FOLDER`, `gcs.sh run FOLDER DATA PORT`.
set -euo pipefail
what=$1 folder=$2
version=v1.56.1
server=$folder/fake-gcs-server-$version

build() {
  [ ! -x "$server" ] || return 0
  GOBIN=$folder/new CGO_ENABLED=0 go install -trimpath -ldflags='-s -w' "github.com/fsouza/fake-gcs-server@$version"
  mv "$folder/new/fake-gcs-server" "$server"
}

case $what in
  build) build ;;
  run) exec "$server" -scheme http -host "${HOST:-127.0.0.1}" -port "$4" -backend memory -log-level error ;;
esac
