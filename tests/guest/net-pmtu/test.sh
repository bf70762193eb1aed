# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# A client behind a router whose far side is narrower than the guest's: routers
# cut nothing, the guest learns the path's MTU and keeps to it, with a tap that
# cuts large segments and with one that does not.
. "$STAGE/net.sh"
net_up
echo 1 2>/dev/null >/proc/sys/net/ipv4/ip_forward || skip "no forwarding"
check sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
ip tuntap add tap1 mode tap # without the virtio header
ip address add 10.2.0.1/24 dev tap1
ip address add fd02::1/64 dev tap1 nodad
ip link set tap1 up

cat >far.sh <<'SH'
ip link set lo up
echo $$ >far.pid
exec sleep 60
SH
unshare -n sh far.sh &
other=$!
heard=
trap 'kill $other $heard 2>/dev/null' EXIT
await_file far.pid
check ip link add wide type veth peer name narrow netns "$other"
far() { nsenter -t "$other" -n "$@"; }
ip address add 10.9.0.1/24 dev wide
ip address add fd09::1/64 dev wide nodad
ip link set wide mtu 1400 up
far ip address add 10.9.0.2/24 dev narrow
far ip address add fd09::2/64 dev narrow nodad
far ip link set narrow mtu 1500 up # it offers segments of the wide MTU's size
far ip route add default via 10.9.0.1
far ip -6 route add default via fd09::1

# count FIELD: of this namespace, IPv4 or IPv6.
count() {
    awk -v field="$1" '$1 == field { print $2 }
        /^Ip: [A-Z]/ { split($0, name) }
        /^Ip: [0-9]/ { for (i in name) if (name[i] == field) print $i }' \
        /proc/net/snmp /proc/net/snmp6
}
size=3000000
[ "$CAGE" = kvm ] && size=300000
# take ADDRESS: what the guest gives, from the far side.
take() {
    await out listening
    await_guest "$1"
    got=$(far timeout 20 nc -v -N "$1" 7 </dev/null 2>nc.err | wc -c)
    [ "$got" = $size ] || fail "$got bytes of $size from $1: $(cat nc.err)"
    finish
    trap 'kill $other $heard 2>/dev/null' EXIT
    expect_status 0
}
mac=02:00:00:00:00:05 # a new one would have to be learnt first
serve() {
    start --mac=$mac "$@" "$IMAGE" give 7 $size
    trap 'kill -KILL $pid $other $heard 2>/dev/null' EXIT
}
give() {
    serve --net="$1" --ip="$2/24" --gw="$3"
    take "$2"
    # 40 and 12 bytes of headers: what lay behind the way is known later.
    expect_out '^segments of 1448 at first$'
    expect_out '^segments of 1348 at last$'
    serve --net="$1" --ip="$4/64" --gw="$5"
    take "$4"
    expect_out '^segments of 1428 at first$'
    expect_out '^segments of 1328 at last$'
}
give "$TAP" "$GUEST" "$HOST" "$GUEST6" "$HOST6"
give tap1 10.2.0.2 10.2.0.1 fd02::2 fd02::1
for field in FragCreates Ip6FragCreates; do
    [ "$(count $field)" = 0 ] || fail "$field: $(count $field)"
done
[ "$(count FragFails)" -gt 0 ] || fail "nothing was too large"

# Datagrams: those that may not be cut are lost until the way is known. Others
# arrive; IPv6's are cut by who sends them.
nsenter -t "$other" -n nc -6 -u -l -k 9 >heard &
heard=$!
run --mac=$mac --net="$TAP" --ip="$GUEST/24" --gw="$HOST" --ip="$GUEST6/64" \
    --gw="$HOST6" "$IMAGE" shout 10.9.0.2 9 1450 shout fd09::2 9 1430 \
    cut fd09::2 9 1430
expect_out '^1450 bytes: sent, path 1500$'
expect_out '^1450 bytes: too long, path 1400$'
expect_out '^1430 bytes: sent, path 1500$'
expect_out '^1430 bytes: too long, path 1400$'
expect_out '^1430 bytes: sent, path 1400$'
[ "$(wc -c <heard)" = 1430 ] || fail "$(wc -c <heard) bytes came"

# Nobody says anything: after three tries the segments are small.
size=100000
if iptables -A OUTPUT -p icmp --icmp-type 3 -j DROP 2>/dev/null &&
    ip6tables -A OUTPUT -p icmpv6 --icmpv6-type 2 -j DROP 2>/dev/null; then
    serve --net="$TAP" --ip="$GUEST/24" --gw="$HOST"
    take "$GUEST"
    expect_out '^segments of 1012 at last$'
    serve --net=tap1 --ip=fd02::2/64 --gw=fd02::1
    take fd02::2
    expect_out '^segments of 1012 at last$'
fi
kill $other $heard
wait $other $heard 2>/dev/null
trap - EXIT
