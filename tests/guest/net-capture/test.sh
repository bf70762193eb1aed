# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# The capture of a run has no checksum or sequence that tshark objects to: with
# plain frames, where the guest makes all sums, and on a tap with offloads.
. "$STAGE/net.sh"
command -v tshark >/dev/null || skip "no tshark"
net_up
check ip tuntap add plain0 mode tap
ip address add 10.1.0.1/24 dev plain0
ip address add fd01::1/64 dev plain0 nodad
ip link set plain0 up
cat >relayed <<SH
#!/bin/sh
exec "$TOOLS/net-relay" plain0 -- "$TENDER" "\$@"
SH
chmod +x relayed
head -c 300000 /dev/urandom >sent

# talk TAP NET HOST GUEST HOST6 GUEST6
talk() {
    rm -f "$1.pcap" out
    dumpcap -q -i "$1" -w "$1.pcap" >dumpcap.log 2>&1 &
    capture=$!
    await dumpcap.log 'File:'
    start --net="$2" --ip="$4/24" --ip="$6/64" "$IMAGE" echo 7 echo 8 \
        ping "$3" raw "$3" connect "$3" 81 connect "$5" 81 udp "$3" 5000 x \
        udp "$5" 5000 x sleep 1500
    trap 'kill -KILL "$pid" "$capture" 2>/dev/null' EXIT
    await out 'listening on 7'
    timeout 20 nc -N "$4" 7 <sent >got || fail "IPv4"
    check cmp sent got
    await out 'listening on 8'
    timeout 20 nc -N "$6" 8 <sent >got || fail "IPv6"
    check cmp sent got
    check ping -q -c 2 -i 0.1 -s 4000 "$4"
    check ping -q -c 2 -i 0.1 -s 4000 "$6"
    finish
    expect_status 0
    sleep 0.5
    kill $capture
    wait $capture
}
# The host may send again what a slow machine answers late; the guest not.
complaints="tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment ||
    tcp.analysis.out_of_order || _ws.malformed || (tcp.analysis.retransmission
    && (ip.src == $GUEST || ip.src == 10.1.0.2 || ipv6.src == fd01::2 ||
    ipv6.src == $GUEST6))"
sums='ip.checksum.status == 0 || tcp.checksum.status == 0 ||
    udp.checksum.status == 0 || icmp.checksum.status == 0 ||
    icmpv6.checksum.status == 0'
# expect_no TAP FILTER
expect_no() {
    tshark -r "$1.pcap" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
        -o udp.check_checksum:TRUE -Y "$2" >bad 2>tshark.log ||
        fail "tshark: $(cat tshark.log)"
    [ ! -s bad ] || fail "$1: $(head -n 20 bad)"
}
TENDER=$PWD/relayed talk plain0 fd:3 10.1.0.1 10.1.0.2 fd01::1 fd01::2
expect_no plain0 "$complaints || $sums"
frames=$(tshark -r plain0.pcap 2>/dev/null | wc -l)
[ "$frames" -gt 300 ] || fail "only $frames frames"
# The host fills in these sums later.
talk "$TAP" "$TAP" "$HOST" "$GUEST" "$HOST6" "$GUEST6"
expect_no "$TAP" "$complaints"
