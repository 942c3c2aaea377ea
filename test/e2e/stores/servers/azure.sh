#!/usr/bin/env bash
# Log Analytics as far as its language goes: `azure.sh build FOLDER`, `azure.sh run FOLDER DATA PORT`.
# duckdb-kql understands KQL; what carries it over HTTP is azure-http.py, in the form that Log Analytics has.
set -euo pipefail
what=$1 folder=$2
kql=1.1.2 duckdb=2.0.1
python=$folder/kql-$kql-$duckdb/bin/python

build() {
  [ ! -x "$python" ] || return 0
  local place=$folder/kql-$kql-$duckdb
  # In its place at once, as scripts know where they lie, and complete when its python is there.
  rm -rf "$place" "$place.new"
  python3 -m venv --without-pip "$place.new"
  python3 -m pip --python "$place.new/bin/python" install -q "duckdb-kql[duckdb]==$kql" "duckdb==$duckdb"
  mv "$place.new" "$place"
}

case $what in
  build) build ;;
  run) exec "$python" "$(dirname "$0")/azure-http.py" "$4" ;;
esac
