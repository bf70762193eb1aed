# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# Fragments of a datagram come in each order that there is.
. "$STAGE/net.sh"
command -v python3 >/dev/null || skip "no python3"
net_up
start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$IMAGE"
await out ready
await_guest "$GUEST6"
check python3 "$STAGE/client.py" "$HOST" "$GUEST"
check python3 "$STAGE/client.py" "$HOST6" "$GUEST6"
kill "$pid"
finish
expect_status 143
