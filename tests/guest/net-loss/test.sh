# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# A line that loses, doubles, spoils, delays and reorders frames: 100 MB in
# all arrive as they were sent. The line is tc's netem between two namespaces,
# both ways, where the kernel has it, as in the test machine (there NETEM_MB of
# the runner's environment says how much goes each way); elsewhere net-relay.
. "$STAGE/net.sh"
net_up
ip tuntap add bad0 mode tap
ip address flush dev "$TAP"
ip address add "$HOST/24" dev bad0
ip link set bad0 up
size=50000000
[ "$CAGE" = kvm ] && size=5000000 # a frame may cost a slow exit
[ -f "$STAGE/megabytes" ] && size=$(cat "$STAGE/megabytes")000000
limit=110
[ -f "$STAGE/timeout" ] && limit=$(($(cat "$STAGE/timeout") - 20))

has_netem() {
    tc qdisc add dev lo root netem 2>/dev/null || return
    tc qdisc delete dev lo root
    echo 1 2>/dev/null >/proc/sys/net/ipv4/ip_forward
}

# What passes one way. One frame in a hundred is not delayed, so overtakes.
spoil() {
    check tc qdisc add dev "$1" root netem limit 4096 delay 500us reorder 1% \
        loss 0.5% duplicate 0.5% corrupt 0.2%
}

# The client's namespace lies behind a veth; here is a router between the two.
# Frames are of the MTU's size, so that one lost is one segment lost.
cat >client.sh <<'SH'
. "$STAGE/net.sh"
echo $$ >client.pid
read -r _ <go
ip link set lo up
ip address add 10.1.0.2/24 dev near
ip link set near up gso_max_segs 1
ip route add default via 10.1.0.1
timeout "$1" "$TOOLS/net-ends" "$GUEST" "$2" >want 2>want.err
echo $? >client.status
read -r _ <go
SH
client() {
    mkfifo go
    unshare -n sh client.sh "$limit" "$size" &
    trap 'kill $! "$pid" 2>/dev/null' EXIT
    until [ -s client.pid ]; do sleep 0.05; done
    check ip link add far type veth peer name near netns "$(cat client.pid)"
    ip address add 10.1.0.1/24 dev far
    check ip link set far up gso_max_segs 1
    spoil bad0
    spoil far
    echo >go
    await client.status '' $((limit + 5))
    grep -qx 0 client.status || fail "no end: $(cat out err want.err)"
    for dev in bad0 far; do
        tc -s qdisc show dev $dev >line
        cat line
        grep -q 'dropped [1-9]' line || fail "nothing was lost on $dev"
    done
    echo >go
    wait $!
}

if has_netem; then
    start --net=bad0 --ip="$GUEST/24" --gw="$HOST" --mem=256M "$IMAGE" "$size"
    await out listening
    client
    finish
    expect_status 0
else
    mkfifo in
    "$TOOLS/net-relay" bad0 \
        loss=5 dup=5 reorder=10 corrupt=2 delay=250 seed=1 -- \
        "$TENDER" --cage="$CAGE" --net=fd:3 --ip="$GUEST/24" --mem=256M \
        "$IMAGE" "$size" >out 2>err &
    pid=$!
    trap 'kill "$pid" 2>/dev/null' EXIT
    await out listening
    timeout "$limit" "$TOOLS/net-ends" "$GUEST" "$size" >want ||
        fail "no end: $(cat out err)"
    wait "$pid" || fail "status $?"
    trap - EXIT
fi
grep -v listening out | check cmp - want
cat out err
