# SPDX-License-Identifier: Apache-2.0
"""client.py ADDRESS LENGTH BUFFER RATE: reads LENGTH bytes from the guest at
RATE bytes a second through a buffer of BUFFER bytes; all must come."""
import socket
import sys
import time

address = sys.argv[1]
length, room, rate = map(int, sys.argv[2:])
peer = socket.socket()
peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
peer.settimeout(20)
peer.connect((address, 80))
peer.sendall(str(length).encode())
time.sleep(0.3)
got = b""
start = time.monotonic()
while part := peer.recv(max(room // 8, 500)):
    got += part
    early = len(got) / rate - (time.monotonic() - start)
    if early > 0:
        time.sleep(early)
took = time.monotonic() - start
want = bytes((i * 7 + i // 251) & 255 for i in range(length))
if got != want:
    sys.exit(f"{len(got)} of {length} bytes, or wrong ones")
print(f"{length} bytes in {took:.2f} s, asked for {length / rate:.2f}")
if took > length / rate * 2 + 2:
    sys.exit("the sender waits for more room than there is")
