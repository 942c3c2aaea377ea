# shellcheck shell=bash
# Certificates and kubeconfigs, for the cluster's own components and for whoever acts on it. Sourced, never run.

newkey() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

certificate() { # file subject [names]: signed by the cluster's authority, in $RUN/pki
  [ ! -f "$RUN/pki/$1.crt" ] || return 0
  (
    cd "$RUN/pki" || exit
    newkey "$1.key"
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 -out "$1.crt" 2> /dev/null \
      -extfile <(echo "extendedKeyUsage=clientAuth,serverAuth"; echo "${3:+subjectAltName=$3}")
  )
}

kubeconfig() { # name credentials address:port
  cat > "$RUN/kube/$1.yaml" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://$3", certificate-authority: "$RUN/pki/ca.crt", tls-server-name: kubernetes}}]
users: [{name: u, user: {$2}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
YAML
}

by_certificate() { echo "client-certificate: \"$RUN/pki/$1.crt\", client-key: \"$RUN/pki/$1.key\""; }
