# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# More half-open connections than are kept: who answers late finds one of his
# own again, whoever made up an answer does not.
. "$STAGE/net.sh"
command -v python3 >/dev/null || skip "no python3"
net_up
ip route add default dev "$TAP"
ip -6 route add default dev "$TAP"
cat >syn.py <<'PY'
import os, socket, struct, sys, time
tap = sys.argv[1]
SYN, RST, ACK = 2, 4, 16
FULL = bytes([2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7])
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
heard = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
heard.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
heard.bind((tap, 0))

def fail(what):
    print("FAIL:", what)
    sys.exit(1)

def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total >> 16) + (total & 0xffff)
    return ~total & 0xffff

class Net:
    def __init__(self, guest):
        self.guest = guest
        self.family = socket.AF_INET6 if ":" in guest else socket.AF_INET
        self.raw = socket.socket(self.family, socket.SOCK_RAW,
                                 socket.IPPROTO_RAW)
        self.to = socket.inet_pton(self.family, guest)
    def address(self, n): # of nobody
        if self.family == socket.AF_INET:
            return struct.pack("!I", 0x0b000000 + n)
        return bytes([0xfd, 0x77]) + bytes(10) + struct.pack("!I", n)
    def send(self, src, port, seq, ack, flags, options=b"", data=b""):
        head = struct.pack("!HHIIBBHHH", port, 80, seq, ack,
                           (5 + len(options) // 4) << 4, flags, 65535, 0, 0)
        tcp = head + options + data
        pseudo = src + self.to + struct.pack("!II", len(tcp), 6)
        tcp = tcp[:16] + struct.pack("!H", checksum(pseudo + tcp)) + tcp[18:]
        if self.family == socket.AF_INET:
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0,
                             64, 6, 0, src, self.to)
        else:
            ip = struct.pack("!IHBB16s16s", 6 << 28, len(tcp), 6, 64, src,
                             self.to)
        self.raw.sendto(ip + tcp, (self.guest, 0))
    def take(self, dst, port, seconds=5):
        """The next segment for an address: seq, ack, flags, options, data."""
        end = time.time() + seconds
        while time.time() < end:
            heard.settimeout(max(end - time.time(), 0.001))
            try:
                p = heard.recv(65536)
            except socket.timeout:
                break
            if p[0] >> 4 == 4:
                at, proto, to = (p[0] & 15) * 4, p[9], p[16:20]
                p = p[:struct.unpack("!H", p[2:4])[0]]
            else:
                at, proto, to = 40, p[6], p[24:40]
                p = p[:40 + struct.unpack("!H", p[4:6])[0]]
            if proto != 6 or to != dst:
                continue
            _, got, seq, ack, size, flags, self.window = struct.unpack(
                "!HHIIBBH", p[at:at + 16])
            if got == port:
                size = (size >> 4) * 4
                return seq, ack, flags, p[at + 20:at + size], p[at + size:]
        return None
    def flood(self, count):
        for i in range(count):
            self.first += 1
            self.send(self.address(self.first), 1024 + i, i, 0, SYN)
            if i % 50 == 49: # a frame that finds no room is lost
                time.sleep(pause)
        heard.settimeout(0)
        try:
            while heard.recv(65536):
                pass
        except BlockingIOError:
            pass
    first = 1000

class Client:
    def __init__(self, net, n):
        self.net, self.src, self.port, self.seq = net, net.address(n), 5000, n
    def say(self, seq, ack, flags, options=b"", data=b""):
        self.net.send(self.src, self.port, seq, ack, flags, options, data)
    def take(self):
        return self.net.take(self.src, self.port)
    def syn(self):
        self.say(self.seq, 0, SYN, FULL)
        answer = self.take()
        if not answer or answer[2] != SYN | ACK or answer[1] != self.seq + 1:
            fail("no answer to a SYN: %r" % (answer,))
        self.isn = answer[0]
        return answer[3]
    def ask(self):
        self.say(self.seq + 1, self.isn + 1, ACK | 8, b"", REQUEST)
        while True:
            answer = self.take()
            if not answer:
                fail("no answer to a request")
            if answer[2] & RST:
                fail("a reset")
            if answer[4]:
                break
        if answer[0] != self.isn + 1 or not answer[4].startswith(b"HTTP/1.1 200"):
            fail("%r" % (answer,))
        self.say(self.seq + 1 + len(REQUEST), self.isn + 1, RST)

def kinds(options):
    found, i = set(), 0
    while i < len(options) and options[i]:
        if options[i] != 1:
            found.add(options[i])
            i += options[i + 1] - 1
        i += 1
    return found

net = Net(sys.argv[3])
early, late = Client(net, 1), Client(net, 2)
if sys.argv[2] == "pair":
    early.syn()
    os.write(3, b"\n")
    time.sleep(1) # an answer that is sent again
    early.ask()
    sys.exit()
pause = float(sys.argv[2])
if not {2, 3} <= kinds(early.syn()):
    fail("no window scaling")
net.flood(700)
lost = Client(net, 3) # whose acknowledgement is
lost.syn()
for _ in "ab": # the first answer is lost
    found = kinds(late.syn())
    if found != {2}:
        fail("in the flood these options: %r" % found)
net.flood(900)
late.say(late.seq + 1, late.isn + 2, ACK)
answer = late.take()
if not answer or not answer[2] & RST:
    fail("made up, and answered by %r" % (answer,))
late.say(late.seq + 1, late.isn + 1, ACK)
answer = late.take()
if not answer or answer[2] != SYN | ACK or answer[0] != late.isn:
    fail("brought back, and answered by %r" % (answer,))
net.flood(900)
late.ask()
if net.window < 16384:
    fail("a window of %d, scaled?" % net.window)
lost.ask()
early.say(early.seq + 1, early.isn + 1, ACK)
early.ask()
with socket.create_connection((net.guest, 80), 20) as c:
    c.sendall(REQUEST)
    if not c.recv(4096).startswith(b"HTTP/1.1 200"):
        fail("a real client")
PY
pause=0.01
[ "$CAGE" = kvm ] && pause=0.2 # a frame may cost a slow exit
for pair in "$GUEST/24 $HOST" "$GUEST6/64 $HOST6"; do
    start --net="$TAP" --ip="${pair% *}" --gw="${pair#* }" "$IMAGE"
    await_guest "${pair%/*}"
    check python3 syn.py "$TAP" $pause "${pair%/*}"
    kill "$pid"
    finish
done

start --net="$TAP" --ip="$GUEST/24" --gw="$HOST" "$IMAGE" pair
await out pair
await_guest "$GUEST"
check python3 syn.py "$TAP" pair "$GUEST" 3>in
finish
expect_status 0
