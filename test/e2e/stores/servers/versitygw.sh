#!/usr/bin/env bash
# versitygw, an S3 server over a folder: `versitygw.sh build FOLDER`, `versitygw.sh run FOLDER DATA PORT`. The key pair is test and
# testtest1; buckets are the folders in DATA/buckets, objects the files in them, whose times are theirs.
set -euo pipefail
what=$1 folder=$2
version=v1.8.0
server=$folder/versitygw-$version

build() {
  [ ! -x "$server" ] || return 0
  GOBIN=$folder/new CGO_ENABLED=0 go install -trimpath -ldflags='-s -w' "github.com/versity/versitygw/cmd/versitygw@$version"
  mv "$folder/new/versitygw" "$server"
}

case $what in
  build) build ;;
  run)
    mkdir -p "$3/buckets" "$3/about"
    ROOT_ACCESS_KEY=test ROOT_SECRET_KEY=testtest1 exec "$server" --port "127.0.0.1:$4" --health /health --keep-alive --quiet \
      posix --sidecar "$3/about" "$3/buckets"
    ;;
esac
