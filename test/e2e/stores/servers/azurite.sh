#!/usr/bin/env bash
# Azurite, Azure's own emulator of its storage: `azurite.sh build FOLDER`, `azurite.sh run FOLDER DATA PORT`. The account is
# devstoreaccount1, with the key that all emulators have.
set -euo pipefail
what=$1 folder=$2
version=3.37.0
server=$folder/azurite-$version

build() {
  [ ! -d "$server" ] || return 0
  rm -rf "$server.new"
  npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$server.new" "azurite@$version"
  mv "$server.new" "$server"
}

case $what in
  build) build ;;
  run)
    exec node "$server/node_modules/azurite/dist/src/blob/main.js" --blobHost "${HOST:-127.0.0.1}" --blobPort "$4" \
      --inMemoryPersistence --skipApiVersionCheck --disableTelemetry --silent
    ;;
esac
