#!/usr/bin/env bash
# Grafana Loki, built from source: `loki.sh build FOLDER`, `loki.sh run FOLDER DATA PORT`. A wrapper module repeats its replace
# lines, which `go install` refuses; the one that points inside its own repository is left out: that module is published too.
# Settings from the environment: LOKI_LIMITS, one a line, more of limits_config; LOKI_TENANTS=true, X-Scope-OrgID is required;
# LOKI_SPLIT, into what Loki splits a question: as it comes 1h, here 720h, because each part takes it some milliseconds.
set -euo pipefail
what=$1 folder=$2
version=v3.7.8
server=$folder/loki-$version

build() {
  [ ! -x "$server" ] || return 0
  local wrap source
  wrap=$(mktemp -d)
  cd "$wrap"
  source=$(go mod download -json "github.com/grafana/loki/v3@$version" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  { echo 'module wrapper'; grep '^go ' "$source/go.mod"; echo "require github.com/grafana/loki/v3 $version"
    sed -n '/^replace/,$p' "$source/go.mod" | grep -v '=> \./pkg/push'; } > go.mod
  cp "$source/go.sum" go.sum
  chmod u+w go.sum
  GOFLAGS=-mod=mod CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o "$server.new" github.com/grafana/loki/v3/cmd/loki
  mv "$server.new" "$server"
  rm -rf "$wrap"
}

# `query_store_max_look_back_period`: else old events are not to be had before they are written to disk. `max_retries`: else it takes 20 s
# until it says that an answer is too large. The last two: else it takes 10 s to be ready.
settings() {
  cat <<YAML
auth_enabled: ${LOKI_TENANTS:-false}
server:
  http_listen_address: ${HOST:-127.0.0.1}
  http_listen_port: $2
  grpc_listen_address: 127.0.0.1
  grpc_listen_port: $3
  log_level: error
common:
  instance_addr: 127.0.0.1
  path_prefix: $1
  storage: { filesystem: { chunks_directory: $1/chunks, rules_directory: $1/rules } }
  replication_factor: 1
  ring: { instance_addr: 127.0.0.1, kvstore: { store: inmemory } }
schema_config:
  configs:
    - { from: 2020-10-24, store: tsdb, object_store: filesystem, schema: v13, index: { prefix: index_, period: 24h } }
limits_config:
  reject_old_samples: false
  allow_structured_metadata: true
  creation_grace_period: 876000h
  split_queries_by_interval: ${LOKI_SPLIT:-720h}
  split_instant_metric_queries_by_interval: ${LOKI_SPLIT:-720h}
  ingestion_rate_mb: 1000
  ingestion_burst_size_mb: 1000
  per_stream_rate_limit: 1GB
  per_stream_rate_limit_burst: 1GB
${LOKI_LIMITS:-}
analytics: { reporting_enabled: false }
memberlist: { bind_addr: [127.0.0.1], bind_port: 0 }
ingester: { query_store_max_look_back_period: 876000h, lifecycler: { min_ready_duration: 0s, final_sleep: 0s } }
query_range: { max_retries: 1 }
frontend: { scheduler_dns_lookup_period: 200ms }
frontend_worker: { dns_lookup_duration: 200ms }
YAML
}

case $what in
  build) build ;;
  run)
    settings "$3" "$4" "$(( $4 < 50000 ? $4 + 10000 : $4 - 10000 ))" > "$3/loki.yaml"
    exec "$server" "-config.file=$3/loki.yaml"
    ;;
esac
