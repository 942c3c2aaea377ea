#!/usr/bin/env bash
# ClickHouse's engine: `clickhouse.sh build FOLDER`, `clickhouse.sh run FOLDER DATA PORT`.
# chDB is the engine as a library; what carries it over HTTP is clickhouse-http.py, and not ClickHouse's own.
set -euo pipefail
what=$1 folder=$2
version=26.9.0
python=$folder/chdb-$version/bin/python

build() {
  [ ! -x "$python" ] || return 0
  local new=$folder/chdb-$version.new
  rm -rf "$new"
  python3 -m venv "$new"
  "$new/bin/pip" install -q "chdb-core==$version"
  mv "$new" "$folder/chdb-$version"
}

case $what in
  build) build ;;
  run) exec "$python" "$(dirname "$0")/clickhouse-http.py" "$4" "$3/data" ;;
esac
