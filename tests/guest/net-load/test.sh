# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# Thousands of connections at once, clients that are slow, a flood of SYNs from
# addresses that never answer: others are served all the while.
. "$STAGE/net.sh"
command -v python3 >/dev/null || skip "no python3"
net_up
ip route add default dev "$TAP"
cat >load.py <<'PY'
import os, random, resource, socket, struct, sys, time
guest = sys.argv[1]
count = int(sys.argv[2])
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
count = min(count, hard - 100)
resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, hard))

def dial():
    c = socket.socket()
    c.settimeout(20)
    c.connect((guest, 80))
    return c

def ask(c, what=b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
    c.sendall(what)
    got = b""
    while not got.endswith(b"</html>\n"):
        part = c.recv(65536)
        if not part:
            raise SystemExit("closed after %r" % got)
        got += part

def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff

def flood(seconds):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    to = socket.inet_aton(guest)
    end = time.time() + seconds
    while time.time() < end:
        src = struct.pack("!I", 0x0b000000 + random.randrange(1, 1 << 24))
        tcp = struct.pack("!HHIIBBHHH", random.randrange(1024, 65535), 80,
                          random.getrandbits(32), 0, 0x50, 2, 65535, 0, 0)
        total = checksum(src + to + struct.pack("!BBH", 0, 6, 20) + tcp)
        tcp = tcp[:16] + struct.pack("!H", total) + tcp[18:]
        raw.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0,
                               src, to) + tcp, (guest, 0))

open_at_once = [dial() for _ in range(count)]
for c in open_at_once:
    c.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
for c in open_at_once:
    ask(c, b"")
print("open at once", len(open_at_once))

slow = open_at_once[:200] # half a request, and then nothing
for c in slow:
    c.sendall(b"GET / HTTP/1.1\r\nHo")
for c in open_at_once[200:]:
    c.close()
for _ in range(300):
    c = dial()
    ask(c)
    c.close()
for c in slow:
    ask(c, b"st: x\r\n\r\n")
print("slow clients")

child = os.fork()
if child == 0:
    flood(4) # whose SYN is lost in it comes again after a second
    os._exit(0)
served = 0
while os.waitpid(child, os.WNOHANG)[0] == 0:
    c = dial()
    ask(c)
    c.close()
    served += 1
print("served in a flood", served)
sys.exit(0 if served >= int(sys.argv[3]) else 1)
PY
count=2000 least=1 # in the kvm cage a frame may cost a slow exit
[ "$CAGE" = seccomp ] && count=10000 least=4
start --net="$TAP" --ip="$GUEST/24" --gw="$HOST" --mem=512M "$IMAGE"
await_guest "$GUEST"
sysctl -qw net.ipv4.ip_local_port_range="1024 65535" || :
check python3 load.py "$GUEST" $count $least
kill "$pid"
finish
