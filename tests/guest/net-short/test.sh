# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# Short connections one after the other leave memory where it was and nothing
# in the way of the next: 20,000 here, a million with NET_MILLION=1.
. "$STAGE/net.sh"
command -v wrk >/dev/null || skip "no wrk"
net_up
sysctl -qw net.ipv4.ip_local_port_range="1024 65535" \
    net.ipv4.tcp_tw_reuse=1 || :
want=20000
[ "$CAGE" = kvm ] && want=1000 # a frame may cost a slow exit
[ -z "$NET_MILLION" ] || want=1000000
load() { # SECONDS [OPTIONS]: requests served, on standard output
    seconds=$1
    shift
    wrk -t 1 -c 20 -d "$seconds" "$@" "http://$GUEST/" >load ||
        fail "wrk: $(cat load)"
    grep -q 'Non-2xx\|timeout [1-9]' load && fail "wrk: $(cat load)"
    awk '$2 == "requests" { print $1 }' load
}
memory() { awk '$1 == "Rss:" { print $2 }' "/proc/$pid/smaps_rollup"; }

start --net="$TAP" --ip="$GUEST/24" --mem=128M "$IMAGE"
await_guest "$GUEST"
load 1 -H 'Connection: close' >/dev/null
before=$(memory)
[ -n "$before" ] || skip "no smaps_rollup"
done=0
while [ $done -lt $want ]; do
    n=$(load 2 -H 'Connection: close')
    [ "${n:-0}" -gt 0 ] || fail "nothing served: $(cat load)"
    done=$((done + n))
done
after=$(memory)
echo "$done short connections: $before KiB before, $after KiB after"
[ "$after" -le $((before + 512)) ] || fail "memory grew"

# The runs that follow are no slower.
first=$(load 1)
for n in 2 3 4 5 6 7 8 9 10; do last=$(load 1); done
echo "requests in a second: $first in the first run, $last in the tenth"
# Where a frame costs a slow exit, all depends on what else the machine does.
[ "$CAGE" = kvm ] || [ "$last" -gt $((first / 2)) ] ||
    fail "the tenth run is much slower"
kill "$pid"
finish
