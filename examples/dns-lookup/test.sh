# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
. "$STAGE/net.sh"
net_up
# A name server of a few lines: two names, and one that does not exist.
cat >server.py <<'PY'
import socket, struct, sys
names = {b"\x03www\x07example\x00": {1: [b"\x0a\x09\x08\x07"],
                                     28: [b"\xfd" + b"\0" * 14 + b"\x01"]}}
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 53))
open("ready", "w").close()
while True:
    q, peer = s.recvfrom(512)
    end = q.index(b"\0", 12) + 1
    name, kind = q[12:end].lower(), struct.unpack(">H", q[end:end + 2])[0]
    found = names.get(name)
    answers = (found or {}).get(kind, [])
    head = q[:2] + struct.pack(">HHHHH", 0x8180 | (0 if found else 3), 1,
                               len(answers), 0, 0)
    body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(a)) + a
                    for a in answers)
    s.sendto(head + q[12:end + 4] + body, peer)
PY
command -v python3 >/dev/null || skip "no python3"
python3 server.py "$HOST" &
server=$!
await_file ready
run --net="$TAP" --ip="$GUEST/24" --dns="$HOST" "$IMAGE" \
    printer www.example www absent.example 1.2.3.4 localhost
kill "$server"
cat out
expect_status 1
expect_out "^printer: 10.1.2.3$"
expect_out "^printer: fd00::7$"
expect_out "^www.example: 10.9.8.7$"
expect_out "^www.example: fd00::1$"
expect_out "^www: 10.9.8.7$"
expect_out "^absent.example: Name or service not known$"
expect_out "^1.2.3.4: 1.2.3.4$"
expect_out "^localhost: 127.0.0.1$"
