# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
# Bulk data by a real program: into the guest, out of it, through it, over TCP
# and UDP, IPv4 and IPv6; natively built socat is the other end.
. "$STAGE/net.sh"
net_up
size=100000000
[ "$CAGE" = kvm ] && size=20000000 # a frame may cost a slow exit
head -c $size /dev/urandom >sent
sum=$(md5sum <sent)
serve() {
    start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" --mem=256M \
        "$BIN/socat" "$@"
}
here() { timeout 60 "$NATIVE/socat" "$@"; }
same() {
    [ "$(md5sum)" = "$sum" ] || fail "$1: other bytes"
}
retry=retry=50,interval=0.1

# To the guest and back, both ways at once. Larger pieces than poll() promises
# room for can block socat in front of its own pipe, natively, too.
serve -b 4096 TCP-LISTEN:7 PIPE
here -t 20 - "TCP:$GUEST:7,$retry" <sent | same echo
finish
expect_status 0
# The guest dials, and sends what it is sent: a relay.
here -u "TCP-LISTEN:9001,bind=$HOST" - </dev/null >got &
sink=$!
sleep 0.3
serve -u TCP6-LISTEN:8000 "TCP:$HOST:9001"
here -u - "TCP6:[$GUEST6]:8000,$retry" <sent || fail "to the relay"
wait $sink || fail "from the relay"
finish
expect_status 0
same relay <got
# It dials, sends, shuts its half and reads on.
here "TCP-LISTEN:9002,bind=$HOST" SYSTEM:'cat >half; echo done' &
half=$!
sleep 0.3
echo 'some words' >words
guest() {
    run --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$BIN/socat" "$@"
    expect_status 0
}
guest -t 5 - "TCP:$HOST:9002,keepalive,nodelay,sourceport=4444,linger=5" <words
wait $half
expect_out '^done$'
check cmp words half
# Datagrams; nothing says that no more come, so the guest waits a while.
here "UDP6-RECVFROM:9003,bind=[$HOST6]" SYSTEM:'tr a-z A-Z' &
half=$!
sleep 0.3
guest -t 4 - "UDP6:[$HOST6]:9003" <words
wait $half
expect_out '^SOME WORDS$'
# A name server behind the guest.
if command -v dig >/dev/null && command -v dnsmasq >/dev/null; then
    dnsmasq --keep-in-foreground --conf-file=/dev/null --port=5353 \
        --listen-address="$HOST" --bind-interfaces --no-resolv --no-hosts \
        --address=/www.example/10.9.8.7 --user=root --pid-file= 2>/dev/null &
    dnsmasq=$!
    serve -T 2 UDP-LISTEN:53 "UDP:$HOST:5353"
    trap 'kill -KILL "$pid" "$dnsmasq" 2>/dev/null' EXIT
    got=$(dig +short +tries=10 +time=1 "@$GUEST" www.example)
    finish
    kill "$dnsmasq"
    [ "$got" = 10.9.8.7 ] || fail "dig: '$got'"
fi
# What needs fork says so.
run --net="$TAP" "$BIN/socat" - EXEC:true </dev/null
expect_status 1
expect_err 'fork.*Function not implemented'
rm -f sent got
