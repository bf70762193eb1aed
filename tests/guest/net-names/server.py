# SPDX-License-Identifier: Apache-2.0
# Two name servers, told apart by their address: what they answer depends on
# the name. Each question is a line of the log: address, protocol, name.
import select
import socket
import struct
import sys

A, CNAME, PTR = 1, 5, 12


def text_of(data):
    labels, pos = [], 12
    while data[pos]:
        labels.append(data[pos + 1:pos + 1 + data[pos]].decode())
        pos += 1 + data[pos]
    return ".".join(labels), pos + 1


def wire(name):
    parts = name.split(".")
    return b"".join(bytes([len(p)]) + p.encode() for p in parts) + b"\0"


def record(name, rtype, data):
    return wire(name) + struct.pack(">HHIH", rtype, 1, 60, len(data)) + data


def answer(query, server, protocol):
    name, end = text_of(query)
    question = query[12:end + 4]
    log.write(f"{server} {protocol} {name}\n")
    log.flush()
    address = socket.inet_aton("10.9.0.%d" % (1 if server == "10.0.0.1" else 3))
    code, cut, records = 0, 0, []
    if name in ("one.a.test", "two.b.test", "far.way.off.example"):
        records = [record(name, A, address)]
    elif name == "alias.a.test":
        records = [record(name, CNAME, wire("next.example")),
                   record("next.example", CNAME, wire("last.example")),
                   record("last.example", A, address)]
    elif name == "loop.a.test":
        records = [record(name, CNAME, wire(name))]
    elif name == "big.a.test":
        if protocol == "udp":
            cut = 2
        else:
            records = [record(name, A, bytes([10, 9, 1, i]))
                       for i in range(20)]
    elif name == "moody.a.test" and server == "10.0.0.1":
        code = 2  # SERVFAIL
    elif name == "moody.a.test":
        records = [record(name, A, address)]
    elif name == "refused.a.test":
        code = 5
    elif name == "silent.a.test" and server == "10.0.0.1":
        return None
    elif name == "silent.a.test":
        records = [record(name, A, address)]
    elif name == "7.0.9.10.in-addr.arpa":
        records = [record(name, PTR, wire("seven.example"))]
    elif name == "empty.a.test":
        pass
    else:
        code = 3  # NXDOMAIN
    head = query[:2] + bytes([0x85 | cut, 0x80 | code])
    head += struct.pack(">HHHH", 1, len(records), 0, 0)
    return head + question + b"".join(records)


def serve(addresses):
    ends = []
    for address in addresses:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((address, 53))
        tcp = socket.create_server((address, 53))
        ends += [udp, tcp]
    open("ready", "w").close()
    while True:
        for s in select.select(ends, [], [])[0]:
            server = s.getsockname()[0]
            if s.type == socket.SOCK_DGRAM:
                query, peer = s.recvfrom(4096)
                reply = answer(query, server, "udp")
                if reply:
                    s.sendto(reply, peer)
                continue
            with s.accept()[0] as c:
                size = struct.unpack(">H", c.recv(2, socket.MSG_WAITALL))[0]
                reply = answer(c.recv(size, socket.MSG_WAITALL), server, "tcp")
                if reply:
                    c.sendall(struct.pack(">H", len(reply)) + reply)


log = open("log", "w")
serve(sys.argv[1:])
