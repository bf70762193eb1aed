# SPDX-License-Identifier: Apache-2.0
"""client.py HOST GUEST: sends datagrams in four fragments, in each order; each
has to come back."""
import itertools
import socket
import struct
import sys

host, guest = sys.argv[1:]
family = socket.AF_INET6 if ":" in guest else socket.AF_INET
source, to = (socket.inet_pton(family, a) for a in (host, guest))
raw = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
heard = socket.socket(family, socket.SOCK_DGRAM)
heard.bind((host, 0))
heard.settimeout(3)
PORT, STEP, LENGTH = 7, 800, 3100


def checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total >> 16) + (total & 0xffff)
    return ~total & 0xffff or 0xffff


def udp(data):
    head = struct.pack("!HHHH", heard.getsockname()[1], PORT, 8 + len(data), 0)
    pseudo = source + to + struct.pack("!HH", 17, 8 + len(data))
    return head[:6] + struct.pack("!H", checksum(pseudo + head + data)) + data


def fragment(number, offset, part, more):
    if family == socket.AF_INET:
        return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(part), number,
                           more << 13 | offset >> 3, 64, 17, 0) \
            + source + to + part
    return struct.pack("!IHBB", 6 << 28, 8 + len(part), 44, 64) + source + to \
        + struct.pack("!BBHI", 17, 0, offset | more, number) + part


heard.sendto(b"hello", (guest, PORT))
if heard.recv(100) != b"hello":
    sys.exit("no echo")
bad = 0
for number, order in enumerate(itertools.permutations(range(4)), 1):
    data = bytes(i * 11 + number & 255 for i in range(LENGTH))
    whole = udp(data)
    for n in order:
        part = whole[n * STEP:(n + 1) * STEP]
        raw.sendto(fragment(number, n * STEP, part, int(n < 3)), (guest, 0))
    try:
        if heard.recv(65536) != data:
            raise OSError("other data")
    except OSError as e:
        print("FAIL:", guest, order, e)
        bad = 1
sys.exit(bad)
