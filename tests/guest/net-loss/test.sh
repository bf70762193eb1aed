# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# A line that loses, doubles, spoils, delays and reorders frames: 100 MB in
# all arrive as they were sent.
. "$STAGE/net.sh"
command -v python3 >/dev/null || skip "no python3"
net_up
ip tuntap add bad0 mode tap
ip address flush dev "$TAP"
ip address add "$HOST/24" dev bad0
ip link set bad0 up
size=50000000
[ "$CAGE" = kvm ] && size=5000000 # a frame may cost a slow exit
mkfifo in
"$TOOLS/net-relay" bad0 loss=5 dup=5 reorder=10 corrupt=2 delay=250 seed=1 -- \
    "$TENDER" --cage="$CAGE" --net=fd:3 --ip="$GUEST/24" --mem=256M "$IMAGE" \
    $size >out 2>err &
pid=$!
trap 'kill "$pid" 2>/dev/null' EXIT
await out listening
cat >ends.py <<'PY'
import random, socket, sys, zlib
guest, size = sys.argv[1], int(sys.argv[2])

def dial():
    c = socket.create_connection((guest, 7), 20)
    c.settimeout(60)
    return c

data = random.Random(7).randbytes(size)
c = dial()
c.sendall(data)
c.shutdown(socket.SHUT_WR)
assert c.recv(1) == b""
c.close()
print("got %d bytes, sum %08x, end 0" % (size, zlib.crc32(data)))
c = dial()
total, crc = 0, 0
while part := c.recv(1 << 20):
    total += len(part)
    crc = zlib.crc32(part, crc)
assert total == size, total
print("sent, sum %08x" % crc)
PY
timeout 110 python3 ends.py "$GUEST" $size >want || fail "no end: $(cat out err)"
wait "$pid" || fail "status $?"
trap - EXIT
grep -v listening out | check cmp - want
cat out err
