#!/usr/bin/env bash
# CloudWatch Logs as moto has it: `moto.sh build FOLDER`, `moto.sh run FOLDER DATA PORT`.
# What moto needs for that service alone; all that it can do takes five times as much.
set -euo pipefail
what=$1 folder=$2
moto=5.2.5 flask=3.1.2 cors=6.0.1
place=$folder/moto-$moto-$flask-$cors

build() {
  [ ! -x "$place/bin/python" ] || return 0
  # In its place at once, as scripts know where they lie, and complete when its python is there.
  rm -rf "$place" "$place.new"
  python3 -m venv --without-pip "$place.new"
  python3 -m pip --python "$place.new/bin/python" install -q "moto==$moto" "flask==$flask" "flask-cors==$cors"
  mv "$place.new" "$place"
}

case $what in
  build) build ;;
  run) exec "$place/bin/python" "$(dirname "$0")/moto-server.py" "$4" ;;
esac
