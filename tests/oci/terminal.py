#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py COMMAND...: runs it on a terminal of its own and plays a person
with "probe tty": types, changes the window's size, presses Ctrl-C."""
import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

LIMIT_S = 20


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ,
                struct.pack("HHHH", rows, columns, 0, 0))


def main():
    pid, fd = pty.fork()
    if pid == 0:
        # The size is there before the program looks.
        set_size(0, 33, 101)
        os.execvp(sys.argv[1], sys.argv[1:])
    seen = b""
    start = time.monotonic()

    def wait_for(text, poke=lambda: None):
        nonlocal seen
        while text.encode() not in seen:
            poke()
            ready = select.select([fd], [], [], 0.5)[0]
            if not ready and time.monotonic() - start < LIMIT_S:
                continue
            try:
                data = os.read(fd, 4096) if ready else b""
            except OSError:
                data = b""
            if not data:
                os.kill(pid, signal.SIGKILL)
                sys.exit(f"never came: {text!r}; got {seen!r}")
            seen += data
        seen = seen.split(text.encode(), 1)[1]

    wait_for("isatty 1 1 1")
    set_size(fd, 44, 102)
    # An engine's client that has just started may not listen yet.
    wait_for("size 44x102", lambda: os.kill(pid, signal.SIGWINCH))
    os.write(fd, b"some words\r")
    wait_for("got: some words")
    os.write(fd, b"\x03")
    wait_for("interrupted")
    while True:
        try:
            if not os.read(fd, 4096):
                break
        except OSError:
            break
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if status != 9:
        sys.exit(f"status {status}, expected 9")


main()
