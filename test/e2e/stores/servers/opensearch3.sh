#!/usr/bin/env bash
# OpenSearch 3: `opensearch3.sh build FOLDER`, `opensearch3.sh run FOLDER DATA PORT`.
set -euo pipefail
what=$1 folder=$2
version=3.8.0 log4j_version=2.25.4
. "$(dirname "$0")/opensearch-distribution.sh"

case $what in
  build)
    if [ ! -d "$server" ]; then
      distribution "$server.new"
      mv "$server.new" "$server"
    fi
    ;;
  run)
    home "$3" "$4"
    start "$3"
    ;;
esac
