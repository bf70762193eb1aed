# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
. "$STAGE/net.sh"
net_up
start --net="$TAP" --ip="$GUEST/24" "$IMAGE"
await out bound
printf hello | nc -u -w 1 "$GUEST" 9999 >got
check grep -q "^5 bytes from $HOST$" got
head -c 20000 /dev/zero | nc -u -w 1 "$GUEST" 9999 >got # in fragments
check grep -q "bytes from $HOST$" got
printf end | nc -u -w 1 "$GUEST" 9999
finish
expect_status 0
