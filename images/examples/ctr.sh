#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# ctr.sh ARCHIVE: the example with containerd alone. ARCHIVE is the image as
# `docker save septum-web`, or `uni-image convert SRC docker-archive:ARCHIVE`
# wrote it. ctr looks for CNI's plugins in /opt/cni/bin and for a network in
# /etc/cni/net.d.
set -eu
runnc=$(command -v "${RUNNC:-runnc}")
ref=$(ctr image import "$1" | awk '$1 == "unpacking" { print $2 }')
ctr run -d --null-io --cni --runc-binary "$runnc" --memory-limit 67108864 \
    "$ref" septum-web
trap 'ctr task rm -f septum-web; ctr container rm septum-web' EXIT
pid=$(ctr task ls | awk '$1 == "septum-web" { print $2 }')
address=$(nsenter -t "$pid" -n ip -4 -o address show dev eth0 |
    awk '{ sub("/.*", "", $4); print $4 }')
curl -sS --retry 20 --retry-delay 1 --retry-connrefused \
    "http://$address:8080/"
