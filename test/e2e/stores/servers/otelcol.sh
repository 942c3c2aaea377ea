#!/usr/bin/env bash
# The OpenTelemetry Collector with what reads a log file and sends it on by OTLP, made by its own builder from Go's module proxy:
# `otelcol.sh build FOLDER`, `otelcol.sh run FOLDER CONFIG`. Needs Go.
set -euo pipefail
what=$1 folder=$2
version=v0.149.0
collector=$folder/otelcol-$version

build() {
  [ ! -x "$collector" ] || return 0
  local work
  work=$(mktemp -d)
  cat > "$work/builder.yaml" <<END
dist: { name: otelcol, output_path: $work/dist }
receivers: [ { gomod: github.com/open-telemetry/opentelemetry-collector-contrib/receiver/filelogreceiver $version } ]
exporters: [ { gomod: go.opentelemetry.io/collector/exporter/otlphttpexporter $version } ]
END
  GOBIN=$work CGO_ENABLED=0 go install "go.opentelemetry.io/collector/cmd/builder@$version"
  CGO_ENABLED=0 "$work/builder" --config "$work/builder.yaml" > "$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; return 1; }
  mv "$work/dist/otelcol" "$collector"
  rm -rf "$work"
}

case $what in
  build) build ;;
  run) exec "$collector" --config "$3" ;;
esac
