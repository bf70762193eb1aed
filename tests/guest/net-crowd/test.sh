# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# Name servers that never answer, and more neighbours than lwIP's tables hold
# (512 for IPv4, 64 for IPv6): the host is all of them. One goes away.
. "$STAGE/net.sh"
command -v python3 >/dev/null || skip "no python3"
net_up
ip address add 10.2.255.1/16 dev "$TAP"
ip address add 10.2.255.3/32 dev lo
check ip route add local 10.2.0.0/22 dev lo
seq 2 121 | sed "s,.*,address add fd02::0:&/64 dev $TAP nodad," >addresses
check ip -batch addresses
cat >serve.py <<'PY'
import socket, subprocess, threading, time
silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
silent.bind(("", 53))
tcp = socket.create_server(("::", 80), family=socket.AF_INET6,
                           dualstack_ipv6=True, backlog=1000)
gone = socket.create_server(("10.2.255.3", 81))
def go_away():
    peer = gone.accept()[0]
    peer.send(b"x")
    time.sleep(0.1)
    subprocess.run(["ip", "address", "del", "10.2.255.3/32", "dev", "lo"])
    time.sleep(60)
threading.Thread(target=go_away, daemon=True).start()
open("ready", "w").close()
while True:
    tcp.accept()[0].close()
PY
python3 serve.py &
server=$!
trap 'kill $server' EXIT
await_file ready
run --net="$TAP" --ip=10.2.255.2/16 --ip=fd02::ffff/64 "$IMAGE" \
    meet 10.2.%d.%d 700 meet fd02::%d:%d 120 ask stuck 10.2.255.3
expect_status 0
cat >want <<'OUT'
met 700, and the first again: 1
met 120, and the first again: 1
asked: EAI_AGAIN, in time
asked: EAI_AGAIN, in time
stuck: ETIMEDOUT, in time
OUT
cmp out want || {
    show
    fail "other answers"
}
cat err
