#!/usr/bin/env bash
# Makes the kubeconfig $RUN/kube/NAME.yaml for somebody who acts on the running cluster.
#   user.sh NAME cert:GROUP,GROUP | token:TOKEN | nothing   [SERVER-NUMBER] [SOURCE-ADDRESS]
# The source address is the one that the audit log will show. kubectl cannot bind one, so each gets an address of the
# API server to itself, whose route says from where it is reached.
set -euo pipefail
# shellcheck source=settings.sh
source "$(dirname "${BASH_SOURCE[0]}")/settings.sh"
enter_network "$@"
# shellcheck source=identity.sh
source "$HERE/identity.sh"
name=$1 credential=$2 port=$((FIRST_PORT + ${3:-1} - 1)) source=${4:-} server=$SERVER_IP
case $credential in
  cert:*)
    subject=
    IFS=, read -ra groups <<< "${credential#cert:}"
    for group in ${groups[@]+"${groups[@]}"}; do subject+="/O=$group"; done
    certificate "$name" "$subject/CN=$name"
    credential=$(by_certificate "$name") ;;
  token:*) credential="token: \"${credential#token:}\"" ;;
  nothing) credential= ;;
esac
if [ -n "$source" ] && [ "$IN_NETNS" = yes ]; then
  echo "$source" >> "$RUN/sources"
  server=100.64.0.$(wc -l < "$RUN/sources")
  ip addr replace "$source/32" dev lo
  ip route replace local "$server" dev lo table local src "$source"
fi
kubeconfig "$name" "$credential" "$server:$port"
