#!/usr/bin/env bash
# OpenSearch 3 with its security plugin: TLS alone, a login, and rights. `opensearch-secured.sh build FOLDER`,
# `opensearch-secured.sh run FOLDER DATA PORT`, which takes KEY and CERTIFICATE, paths of PEM files, from the environment.
# Who may come in: `loader` (everything), and `reader`, who may do what docs/sources/opensearch.md says is needed, in audit-*; the password of
# both is s3cr3t.
set -euo pipefail
what=$1 folder=$2
# The newest whose security plugin is in Maven's registry.
version=3.4.0 log4j_version=2.21.0
. "$(dirname "$0")/opensearch-distribution.sh"

build() {
  local made=$server.new plugin=$server.new/plugins/opensearch-security
  [ ! -d "$server" ] || return 0
  distribution "$made"
  parts "$made/zip" "org.opensearch.plugin:opensearch-security:$version.0:zip"
  mkdir "$plugin"
  python3 -m zipfile -e "$made/zip/opensearch-security-$version.0.zip" "$plugin"
  rm -rf "$made/zip"
  # It stands on another plugin, which is in no registry; of that it needs this.
  parts "$plugin" org.apache.commons:commons-collections4:4.5.0
  sed -i 's/^extended.plugins=.*/extended.plugins=/' "$plugin/plugin-descriptor.properties"
  mv "$made" "$server"
}

run() {
  local config=$1/home/config
  home "$1" "$2"
  mkdir "$config/opensearch-security"
  cp "$KEY" "$config/key.pem"
  cp "$CERTIFICATE" "$config/certificate.pem"
  cat >> "$config/opensearch.yml" <<'END'
plugins.security.ssl.http.enabled: true
plugins.security.ssl.http.pemkey_filepath: key.pem
plugins.security.ssl.http.pemcert_filepath: certificate.pem
plugins.security.ssl.http.pemtrustedcas_filepath: certificate.pem
plugins.security.ssl.transport.pemkey_filepath: key.pem
plugins.security.ssl.transport.pemcert_filepath: certificate.pem
plugins.security.ssl.transport.pemtrustedcas_filepath: certificate.pem
plugins.security.ssl.transport.enforce_hostname_verification: false
plugins.security.allow_default_init_securityindex: true
END
  cp "$server"/plugins/opensearch-security/config/{action_groups,allowlist,audit,config,nodes_dn,tenants}.yml "$config/opensearch-security/"
  cat > "$config/opensearch-security/internal_users.yml" <<'END'
_meta: {type: internalusers, config_version: 2}
loader: {hash: "$2a$04$9HKEIYyEE1ZgEKHvrRJQz.cvUbfxt1Qj1V0tmXhxt8poKlUwrVqYa", backend_roles: [admin]}
reader: {hash: "$2a$04$9HKEIYyEE1ZgEKHvrRJQz.cvUbfxt1Qj1V0tmXhxt8poKlUwrVqYa", backend_roles: [audit]}
END
  cat > "$config/opensearch-security/roles.yml" <<'END'
_meta: {type: roles, config_version: 2}
audit:
  index_permissions:
  - index_patterns: ["audit-*"]
    allowed_actions: [read, "indices:admin/mappings/get", "indices:data/read/point_in_time/*"]
END
  cat > "$config/opensearch-security/roles_mapping.yml" <<'END'
_meta: {type: rolesmapping, config_version: 2}
all_access: {backend_roles: [admin]}
audit: {backend_roles: [audit]}
END
  start "$1"
}

case $what in
  build) build ;;
  run) run "$3" "$4" ;;
esac
