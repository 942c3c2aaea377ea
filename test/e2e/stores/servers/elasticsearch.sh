#!/usr/bin/env bash
# Elasticsearch 8, from its parts in Maven's registry: `elasticsearch.sh build FOLDER`, `elasticsearch.sh run FOLDER DATA PORT`.
# Needs a JDK 17 and Maven. Not there are data streams, security, and what answers at `/`.
set -euo pipefail
what=$1 folder=$2
version=8.19.21
here=$(cd "$(dirname "$0")" && pwd)
server=$folder/elasticsearch-$version
. "$here/java-parts.sh"

build() {
  if [ ! -d "$server" ]; then
    rm -rf "$server.new"
    local module=$server.new/modules/transport-netty4
    parts "$server.new/lib" "org.elasticsearch:elasticsearch:$version" "org.elasticsearch.plugin:transport-netty4:$version"
    mkdir -p "$module" "$server.new/config" "$server.new/plugins" "$server.new/logs"
    # What a module has must not be on the class path too.
    mv "$server.new"/lib/netty-*.jar "$server.new"/lib/transport-netty4-*.jar "$module/"
    cat > "$module/plugin-descriptor.properties" <<END
name=transport-netty4
description=HTTP
version=$version
elasticsearch.version=$version
java.version=17
classname=org.elasticsearch.transport.netty4.Netty4Plugin
extended.plugins=
has.native.controller=false
END
    quiet_log "$server.new/config/log4j2.properties"
    touch "$server.new/config/elasticsearch.yml"
    mv "$server.new" "$server"
  fi
  [ "$server/ElasticsearchNode.class" -nt "$here/ElasticsearchNode.java" ] ||
    javac -nowarn -cp "$server/lib/*" -d "$server" "$here/ElasticsearchNode.java"
}

case $what in
  build) build ;;
  run)
    exec java "${small_machine[@]}" -cp "$server/lib/*:$server" ElasticsearchNode "$server" "$3" "${HOST:-127.0.0.1}" "$4"
    ;;
esac
