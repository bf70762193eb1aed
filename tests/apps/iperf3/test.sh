# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
. "$STAGE/net.sh"
net_up
client() {
    timeout 30 "$NATIVE/iperf3" -c "$@" >report 2>&1 || {
        cat report
        fail "iperf3 -c $*"
    }
    grep receiver report
}
start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" --mem=256M \
    "$BIN/iperf3" -s --forceflush
await out 'listening on'
client "$GUEST" -t 1
client "$GUEST" -t 1 -R # out of the guest
client "$GUEST" -t 1 --bidir -P 4
client "$GUEST6" -t 1
client "$GUEST" -n 20M -l 1K
client "$GUEST" -t 1 -u -b 50M
kill "$pid"
finish
# As a client, of a native server.
"$NATIVE/iperf3" -s -1 >server 2>&1 &
server=$!
sleep 0.5
run --net="$TAP" --ip="$GUEST/24" "$BIN/iperf3" -c "$HOST" -t 1
expect_status 0
expect_out receiver
wait $server
