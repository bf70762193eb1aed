# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
. "$STAGE/net.sh"
command -v python3 >/dev/null || skip "no python3"
net_up
size=40000000
[ "$CAGE" = kvm ] && size=8000000 # a frame may cost a slow exit
start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" --mem=256M "$IMAGE"
await err listening
cat >ends.py <<'PY'
import socket, sys, threading
hosts, size = sys.argv[1:3], int(sys.argv[3])
data = (bytes(range(251)) * (size // 251 + 1))[:size]

def send(c):
    c.sendall(data)
    c.close()

for kind in range(4):
    conns = [socket.create_connection((host, 7), 20) for host in hosts]
    threads = [threading.Thread(target=send, args=(c,)) for c in conns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(size, size)
PY
timeout 60 python3 ends.py "$GUEST" "$GUEST6" $size >want ||
    fail "no end: $(cat out err)"
finish
[ "$status" = 0 ] || fail "status $status: $(cat out)"
cmp out want || fail "$(cat out)"
