# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154,SC2034 # given by guest-run
# Addresses, routes and interfaces of all the kinds that --net, --ip, --gw,
# --route, --mtu, --mac, --dns and --dhcp can give.
. "$STAGE/net.sh"
for tool in python3 dnsmasq; do
    command -v $tool >/dev/null || skip "no $tool"
done
net_up
check ip tuntap add tap1 mode tap
ip address add 10.1.0.1/24 dev tap1
ip link set tap1 up mtu 1400
ip address add 10.9.0.1/32 dev lo
ip route add unreachable 10.77.0.0/16
sysctl -qw net.ipv4.ip_forward=1
# Servers: TCP that accepts; UDP that answers with the peer's address, also to
# a group and to all.
cat >serve.py <<'PY'
import select, socket, struct
def udp(addr, port):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind((addr, port))
    return s
tcp = socket.create_server(("::", 80), family=socket.AF_INET6,
                           dualstack_ipv6=True, backlog=50)
any4 = udp("", 5000)
group = udp("239.1.2.3", 5001)
group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                 socket.inet_aton("239.1.2.3") + socket.inet_aton("10.0.0.1"))
open("ready", "w").close()
while True:
    for s in select.select([tcp, any4, group], [], [])[0]:
        if s is tcp:
            s.accept()[0].close()
            continue
        data, peer = s.recvfrom(9000)
        s.sendto(b"%s saw %d bytes" % (peer[0].encode(), len(data)), peer)
PY
python3 serve.py &
server=$!
trap 'kill $server $more 2>/dev/null' EXIT
more=
await_file ready
guest() {
    timeout 60 "$TENDER" --cage="$CAGE" "$@" >out 2>err
    status=$?
    trap 'kill $server $more 2>/dev/null' EXIT
    expect_status 0
}
not_out() {
    if grep -q -e "$1" out; then
        show
        fail "there is '$1'"
    fi
}

# Two interfaces, several addresses, routes; the longest prefix wins.
guest --net:eth0="$TAP" --net:eth1=tap1 --ip:eth0="$GUEST/24" \
    --ip:eth0=10.0.0.3/24 --ip:eth0="$GUEST6/64" --ip:eth1=10.1.0.2/24 \
    --gw:eth0="$HOST" --gw:eth0="$HOST6" --route:eth1=10.9.0.0/16,10.1.0.1 \
    --mac:eth0=02:11:22:33:44:55 --mtu:eth0=1300 "$IMAGE" \
    list connect "$HOST" 80 connect 10.1.0.1 80 connect 10.9.0.1 80 \
    connect "$HOST6" 80 connect host6 80 udp "$HOST" 5000 hello \
    udp 10.1.0.1 5000 hello from 10.0.0.3 "$HOST" 5000 \
    ping "$HOST" raw 10.1.0.1 ping 127.0.0.1 \
    connect 127.0.0.1 81 connect ::1 81 connect "$GUEST" 81 \
    connect "$GUEST6" 81 \
    connect 10.77.0.1 80 udp "$HOST" 4999 nobody name host name printer \
    order mixed order far
expect_out '^eth0 . mtu 1300 mac 02:11:22:33:44:55 flags 1043$'
expect_out '^eth0 . 10.0.0.2 mask 255.255.255.0$'
expect_out '^eth0 . 10.0.0.3 mask 255.255.255.0$'
expect_out '^eth0 . fd00::2 mask ffff:ffff:ffff:ffff::$'
expect_out '^eth0 . fe80::'
expect_out '^eth1 . mtu 1400 mac '
expect_out '^eth1 . 10.1.0.2 mask 255.255.255.0$'
expect_out '^lo 1 127.0.0.1 mask 255.0.0.0$'
expect_out '^lo 1 ::1 mask'
expect_out "^connect $HOST 80: ok from $GUEST$"
expect_out '^connect 10.1.0.1 80: ok from 10.1.0.2$'
expect_out '^connect 10.9.0.1 80: ok from 10.1.0.2$'
expect_out "^connect $HOST6 80: ok from $GUEST6$"
expect_out "^connect host6 80: ok from $GUEST6$"
expect_out "^udp $HOST: $GUEST saw 5 bytes$"
expect_out '^from 10.0.0.3: 10.0.0.3 saw 1 bytes$'
expect_out '^udp 10.1.0.1: 10.1.0.2 saw 5 bytes$'
expect_out "^ping $HOST: 64 bytes, same, sequence 5$"
expect_out '^ping 10.1.0.1: 84 bytes, same, sequence 5$'
expect_out '^ping 127.0.0.1: 64 bytes, same, sequence 5$'
for own in 127.0.0.1 ::1 "$GUEST" "$GUEST6"; do
    expect_out "^connect $own 81: ECONNREFUSED$"
done
expect_out '^connect 10.77.0.1 80: EHOSTUNREACH$' # its gateway says so
expect_out "^udp $HOST: ECONNREFUSED$"
expect_out '^name host: 10.0.0.1$'
expect_out '^name printer: 10.0.0.1$'
# RFC 6724: the label comes before the precedence, and IPv4 before fc00::/7.
expect_out '^order mixed: 10.0.0.1 fd00::1 2001:db8::7$'
expect_out '^order far: 10.0.0.1 2001:db8::7$'

# A host route, as container networks have: /32, and a gateway elsewhere.
ip route add 10.5.0.2/32 dev "$TAP"
ip -6 route add fd05::2/128 dev "$TAP"
guest --net="$TAP" --ip=10.5.0.2/32 --gw="$HOST" --ip=fd05::2/128 \
    --gw="$HOST6" "$IMAGE" connect "$HOST" 80 connect 10.9.0.1 80 \
    udp "$HOST" 5000 x connect "$HOST6" 80
expect_out "^connect $HOST 80: ok from 10.5.0.2$"
expect_out '^connect 10.9.0.1 80: ok from 10.5.0.2$'
expect_out "^udp $HOST: 10.5.0.2 saw 1 bytes$"
expect_out "^connect $HOST6 80: ok from fd05::2$"

# No way there, nobody there.
guest --net="$TAP" --ip="$GUEST/24" "$IMAGE" connect 8.8.8.8 53 \
    udp 8.8.8.8 53 x connect fd77::1 80 connect 10.0.0.99 80
expect_out '^connect 8.8.8.8 53: ENETUNREACH$'
expect_out '^udp 8.8.8.8: ENETUNREACH$'
expect_out '^connect fd77::1 80: ENETUNREACH$'
expect_out '^connect 10.0.0.99 80: EHOSTUNREACH$'
# Without IPv6.
guest --net="$TAP" --ip="$GUEST/24" --conf ipv6=off "$IMAGE" list \
    connect "$HOST" 80 connect fe80::1 80 connect ::1 80
expect_out "^eth0 . $GUEST "
not_out 'eth0 . f'
expect_out "^connect $HOST 80: ok from $GUEST$"
expect_out '^connect ::1 80: ECONNREFUSED$'
guest --net="$TAP" --ip="$GUEST6/64" --conf ipv6:eth0=off "$IMAGE" list
grep -q 'ip=.*expected an interface with IPv6' err || fail "$(cat err)"
# Only the loopback: no interface is needed for that.
guest --net="$TAP" "$IMAGE" list connect 127.0.0.1 80 connect "$HOST" 80
expect_out '^connect 127.0.0.1 80: ECONNREFUSED$'
expect_out "^connect $HOST 80: ENETUNREACH$"

# Many at once: a group, and everybody.
guest --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$IMAGE" \
    cast 239.1.2.3 5001 group cast 10.0.0.255 5000 all \
    cast 255.255.255.255 5000 world
expect_out "^cast 239.1.2.3: $GUEST saw 5 bytes$"
expect_out '^cast 10.0.0.255: EACCES$' # without SO_BROADCAST
expect_out "^cast 10.0.0.255: $GUEST saw 3 bytes$"
expect_out "^cast 255.255.255.255: $GUEST saw 5 bytes$"
cat >cast.py <<'PY'
import socket, sys, time
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
if family == socket.AF_INET:
    s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF,
                 socket.inet_aton("10.0.0.1"))
    to = (sys.argv[1], int(sys.argv[2]))
else:
    to = (sys.argv[1], int(sys.argv[2]), 0, socket.if_nametoindex("tap0"))
s.settimeout(0.3)
for _ in range(60):
    s.sendto(b"to the group", to)
    try:
        sys.exit(s.recv(10) != b"heard")
    except socket.timeout:
        pass
sys.exit("nobody heard")
PY
for group in 239.4.5.6 ff15::99; do
    python3 cast.py $group 5007 &
    more=$!
    guest --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$IMAGE" \
        join $group 5007
    expect_out "^joined $group ok$"
    expect_out "^group $group: to the group$"
    wait $more || fail "no answer from the member of $group"
done

# DHCP, and router advertisements.
mkdir -p lease
ip address add 10.2.0.1/24 dev tap1
ip address add fd02::1/64 dev tap1 nodad
dnsmasq --keep-in-foreground --conf-file=/dev/null --interface=tap1 \
    --bind-interfaces --dhcp-range=10.2.0.100,10.2.0.120,300 --no-hosts \
    --dhcp-range=fd02::,ra-only --enable-ra --ra-param=tap1,mtu:1300,0 \
    --dhcp-leasefile=lease/4 \
    --no-resolv --address=/www.test.example/10.2.0.77 --user=root \
    --local=/test.example/ --pid-file= \
    --dhcp-option=option:domain-name,test.example \
    --dhcp-option=option:router,10.2.0.99 --dhcp-option=option:mtu,1400 \
    --dhcp-option=121,10.9.0.0/24,10.2.0.98,10.9.0.1/32,10.2.0.1,0.0.0.0/0,10.2.0.1 \
    >dnsmasq.log 2>&1 &
more=$!
guest --net=tap1 --dhcp "$IMAGE" list connect 10.9.0.1 80 \
    connect 10.9.0.2 80 connect "$HOST" 80 \
    name www.test.example name www sleep 3500 list mtu fd02::1
expect_out '^eth0 . 10.2.0.1[012]. mask 255.255.255.0$'
# By the routes, and not by the router, which is nobody; the longest wins.
expect_out '^eth0 . mtu 1400 '
expect_out '^connect 10.9.0.1 80: ok from 10.2.0.1[012].$'
expect_out '^connect 10.9.0.2 80: EHOSTUNREACH$'
expect_out "^connect $HOST 80: ok from 10.2.0.1[012].$"
expect_out '^name www.test.example: 10.2.0.77$'
expect_out '^name www: 10.2.0.77$'
expect_out '^eth0 . fd02::'
expect_out '^mtu fd02::1: 1300$'
kill $more
wait $more
more=

# A bridge, and behind it another namespace.
ip link add br0 type bridge
ip address flush dev "$TAP"
ip link set "$TAP" master br0
ip link set br0 up
unshare -n sleep 100 &
more=$!
ip link add far0 type veth peer name near0
left=50
here=$(readlink /proc/$$/ns/net)
until there=$(readlink /proc/$more/ns/net) && [ "$there" != "$here" ] &&
    ip link set far0 netns $more 2>/dev/null; do
    left=$((left - 1))
    [ $left -gt 0 ] || fail "no second namespace"
    sleep 0.05
done
ip link set near0 master br0 up
far() { nsenter -t $more -n "$@"; }
far ip address add 10.8.0.1/24 dev far0
far ip link set far0 up
head -c 3000000 /dev/urandom >sent
# transfer ADDRESS PREFIX...: an echo of 3 MB, the client with a prefix.
transfer() {
    addr=$1
    shift
    await out listening
    "$@" timeout 30 nc -N "$addr" 7 <sent >got
    cmp sent got || fail "other bytes from $addr"
}
start --net="$TAP" --mac=02:00:00:00:00:05 --ip=10.8.0.2/24 "$IMAGE" echo 7
trap 'kill $server $more $pid 2>/dev/null' EXIT
await out listening
# All nodes of the link answer, once its address is far0's for good.
left=20
until far ping -c 5 -i 0.2 ff02::1%far0 2>&1 | grep -q 'from fe80::ff:fe00:5'
do
    left=$((left - 1))
    [ $left -gt 0 ] || fail "no answer to all nodes"
    sleep 0.2
done
transfer 10.8.0.2 far
finish
expect_status 0
expect_out '^echoed 3000000 bytes$'

# A packet socket on one end of a veth, as in a container's namespace.
ip link add pair0 type veth peer name pair1
ip address add 10.6.0.1/24 dev pair1
ip link set pair0 up
ip link set pair1 up
cat >packet.py <<'PY'
import os, socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind((sys.argv[1], 0))
os.dup2(s.fileno(), 7)
os.execvp(sys.argv[2], sys.argv[2:])
PY
rm -f out
python3 packet.py pair0 "$TENDER" --cage="$CAGE" --net=fd:7 \
    --ip=10.6.0.2/24 "$IMAGE" echo 7 ping 10.6.0.1 >out 2>err &
pid=$!
trap 'kill $server $more $pid 2>/dev/null' EXIT
transfer 10.6.0.2 env
wait $pid || fail "status $? with a packet socket"
expect_out '^echoed 3000000 bytes$'
expect_out '^ping 10.6.0.1: 64 bytes, same'
