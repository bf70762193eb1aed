# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# Readers with windows smaller than the guest's segments, which hold many of
# the path's: they get all that was sent before the guest closed, at their own
# pace.
. "$STAGE/net.sh"
command -v python3 >/dev/null || skip "no python3"
net_up
start --net="$TAP" --ip="$GUEST/24" "$IMAGE"
await out ready
for how in '300000 4096 200000' '100000 16384 100000' '40000 8192 20000' \
    '40001 8192 20000' '39000 8192 20000' '5000 2048 10000'; do
    # shellcheck disable=SC2086 # words
    check python3 "$STAGE/client.py" "$GUEST" $how
done
kill "$pid"
finish
expect_status 143
