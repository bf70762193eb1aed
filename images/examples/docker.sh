#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# docker.sh [PORT]: the example with docker. Its configuration names runnc:
#     { "runtimes": { "runnc": { "path": "/usr/local/bin/runnc" } } }
set -eu
cd "$(dirname "$0")"
port=${1:-8080}
docker build -q -t septum-web .
docker run -d --name septum-web --runtime runnc --read-only -m 64m \
    -p "127.0.0.1:$port:8080" septum-web
trap 'docker rm -f septum-web' EXIT
curl -sS --retry 20 --retry-delay 1 --retry-connrefused \
    "http://127.0.0.1:$port/"
docker stop septum-web
docker logs septum-web
