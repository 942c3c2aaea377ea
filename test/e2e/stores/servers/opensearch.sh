#!/usr/bin/env bash
# OpenSearch 2, from its parts in Maven's registry: `opensearch.sh build FOLDER`, `opensearch.sh run FOLDER DATA PORT`.
# Needs a JDK 17 and Maven.
set -euo pipefail
what=$1 folder=$2
version=2.19.6
here=$(cd "$(dirname "$0")" && pwd)
server=$folder/opensearch-$version
. "$here/java-parts.sh"

build() {
  if [ ! -d "$server" ]; then
    rm -rf "$server.new"
    parts "$server.new/lib" "org.opensearch:opensearch:$version" \
      "org.opensearch.plugin:transport-netty4-client:$version" org.apache.logging.log4j:log4j-core:2.25.4
    mkdir -p "$server.new/config" "$server.new/logs"
    quiet_log "$server.new/config/log4j2.properties"
    mv "$server.new" "$server"
  fi
  [ "$server/OpenSearchNode.class" -nt "$here/OpenSearchNode.java" ] ||
    javac -nowarn -cp "$server/lib/*" -d "$server" "$here/OpenSearchNode.java"
}

case $what in
  build) build ;;
  run)
    exec java "${small_machine[@]}" "-Dopensearch.path.home=$server" -Djava.security.manager=allow \
      "-Dlog4j2.configurationFile=$server/config/log4j2.properties" \
      -cp "$server/lib/*:$server" OpenSearchNode "$server" "$3" "${HOST:-127.0.0.1}" "$4"
    ;;
esac
