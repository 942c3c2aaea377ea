#!/usr/bin/env bash
# VictoriaLogs, built from source: `victorialogs.sh build FOLDER`, `[HOST=…] victorialogs.sh run FOLDER DATA PORT`.
# The last module version with VictoriaLogs in it (July 2025). A wrapper module repeats its replace lines, which `go install`
# refuses.
set -euo pipefail
what=$1 folder=$2
version=v1.121.0
server=$folder/victoria-logs-$version

build() {
  [ ! -x "$server" ] || return 0
  local wrap source
  wrap=$(mktemp -d)
  cd "$wrap"
  source=$(go mod download -json "github.com/VictoriaMetrics/VictoriaMetrics@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  { echo 'module wrapper'; grep '^go ' "$source/go.mod"; echo "require github.com/VictoriaMetrics/VictoriaMetrics $version"
    sed -n '/^replace/,$p' "$source/go.mod"; } > go.mod
  cp "$source/go.sum" go.sum
  chmod u+w go.sum
  GOFLAGS=-mod=mod CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$server.new" \
    github.com/VictoriaMetrics/VictoriaMetrics/app/victoria-logs
  mv "$server.new" "$server"
  rm -rf "$wrap"
}

case $what in
  build) build ;;
  run)
    exec "$server" "-httpListenAddr=${HOST:-127.0.0.1}:$4" "-storageDataPath=$3" -retentionPeriod=100y \
      -insert.maxLineSizeBytes=2097152 -loggerLevel=ERROR
    ;;
esac
