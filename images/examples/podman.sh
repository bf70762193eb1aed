#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# podman.sh [PORT]: the example with podman. In containers.conf:
#     [engine]
#     runtime_supports_json = ["crun", "runc", "runnc"]
#     [engine.runtimes]
#     runnc = ["/usr/local/bin/runnc"]
set -eu
cd "$(dirname "$0")"
port=${1:-8080}
podman build -q -t septum-web .
podman --runtime "${RUNNC:-runnc}" run -d --name septum-web --read-only \
    -m 64m --annotation septum.cage=seccomp \
    -p "127.0.0.1:$port:8080" septum-web
trap 'podman rm -f -t 1 septum-web' EXIT
curl -sS --retry 20 --retry-delay 1 --retry-connrefused \
    "http://127.0.0.1:$port/"
podman stop septum-web
podman logs septum-web
