#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A name server that knows one name, and says at once that there are no
others."""
import socket
NAME, ADDRESS = b"\7outside\7example\0", socket.inet_aton("192.0.2.80")
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("192.0.2.53", 53))
print("ready", flush=True)
while True:
    query, client = server.recvfrom(512)
    end = query[12:].find(b"\0") + 17
    question = query[12:end]
    if question[:-4].lower() != NAME:
        head, answer = b"\x81\x83\0\1" + bytes(6), b""
    elif question[-4:] == b"\0\1\0\1":  # A, IN
        head = b"\x81\x80\0\1\0\1" + bytes(4)
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\x1e\0\4" + ADDRESS
    else:
        head, answer = b"\x81\x80\0\1" + bytes(6), b""
    server.sendto(query[:2] + head + question + answer, client)
