#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""terminal.py tty|edit|left|refused COMMAND...: runs it on a terminal of its own and
plays a person with "probe tty", "probe edit" or "probe edit left": types,
changes the window's size, presses Ctrl-C. At the end the terminal's modes must
be those of the start."""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

LIMIT_S = 40


class Person:
    def __init__(self, command):
        # Held open, so that the modes can be asked for at the end.
        self.fd, self.slave = pty.openpty()
        self.modes = termios.tcgetattr(self.slave)
        # The size is there before the program looks.
        set_size(self.fd, 33, 101)
        self.seen = b""
        self.start = time.monotonic()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.fd)
            os.login_tty(self.slave)
            os.execvp(command[0], command)

    def fail(self, text):
        os.kill(self.pid, signal.SIGKILL)
        sys.exit(f"{text}; got {self.seen!r}")

    def read(self, timeout):
        if not select.select([self.fd], [], [], timeout)[0]:
            return
        try:
            seen = self.seen + os.read(self.fd, 4096)
            # Some engines leave our terminal as it is: a return more.
            self.seen = re.sub(rb'\r+\n', b'\r\n', seen)
        except OSError:
            pass

    def is_late(self):
        return time.monotonic() - self.start > LIMIT_S

    def wait_for(self, text, poke=lambda: None):
        """Returns what came before it."""
        while text.encode() not in self.seen:
            poke()
            self.read(0.5)
            if self.is_late():
                self.fail(f"never came: {text!r}")
        before, self.seen = self.seen.split(text.encode(), 1)
        return before

    def type(self, text):
        os.write(self.fd, text.encode())

    def resize(self, rows, columns):
        set_size(self.fd, rows, columns)
        # An engine's client that has just started may not listen yet.
        self.wait_for(f"size {rows}x{columns}",
                      lambda: os.kill(self.pid, signal.SIGWINCH))

    def expect_end(self, want):
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                break
            self.read(0.1)
            if self.is_late():
                self.fail("it does not end")
        status = os.waitstatus_to_exitcode(status)
        if status != want:
            self.read(0)
            sys.exit(f"status {status}, expected {want}; got {self.seen!r}")
        # A file server may need a moment to put them back.
        while termios.tcgetattr(self.slave) != self.modes:
            time.sleep(0.05)
            if self.is_late():
                sys.exit(f"modes are {termios.tcgetattr(self.slave)}, "
                         f"were {self.modes}")


def set_size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ,
                struct.pack("HHHH", rows, columns, 0, 0))


def play_tty(person):
    person.wait_for("isatty 1 1 1")
    person.resize(44, 102)
    person.type("some words\r")
    person.wait_for("got: some words")
    # Nobody can continue what would stop: it goes on.
    person.type("\x1a")
    person.type("more words\r")
    person.wait_for("got: more words")
    person.type("\x03")
    person.wait_for("interrupted")
    person.expect_end(9)


def play_line(person):
    """In raw mode."""
    person.wait_for("size 33x101")
    person.wait_for("edit> ")
    # "hello" typed wrong, and mended by cursor keys and delete.
    person.type("heo\x1b[D")
    person.wait_for("edit> heo\x1b[K\x1b[1D")
    person.type("lx\x7fl\x1b[C!\x01>")
    person.wait_for("edit> >hello!\x1b[K\x1b[6D")
    person.type("\r")
    person.wait_for("line: >hello!\r\n")
    # Keys that would be signals.
    person.type("abc\x03")
    person.wait_for("key 3\r\n")
    person.type("\x1a")
    person.wait_for("key 26\r\n")
    person.resize(44, 102)
    person.type("\x04")


def play_edit(person):
    play_line(person)
    person.wait_for("usual again\r\n")
    person.wait_for("name? ")
    person.type("Adx\x7fa\r")
    if b"Ad" not in person.wait_for("name is Ada\r\n"):
        person.fail("no echo of a name")
    person.wait_for("password? ")
    person.type("secret\r")
    if b"secret" in person.wait_for("password is secret\r\n"):
        person.fail("the echo of a password")
    person.wait_for("nothing? ")
    person.type("\x04")
    person.wait_for("nothing: end of input")
    person.wait_for("good bye")
    person.expect_end(0)


def play_left(person):
    play_line(person)
    person.expect_end(0)


def play_refused(person):
    """The tender alone."""
    person.wait_for("probe: tcsetattr: Operation not permitted")
    person.expect_end(1)


{"tty": play_tty, "edit": play_edit,
 "left": play_left, "refused": play_refused}[sys.argv[1]](Person(sys.argv[2:]))
