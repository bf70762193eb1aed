# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# On a terminal, without a container. The tender alone: lines, signals, the
# size of the start, and a program that wants another mode is told so. With
# the terminal served (septum-9p -t) a line editor works, and the modes are put
# back even where the program leaves them.
set -eu
uni-build -O2 -o probe.uni --optional-stream files "$ROOT"/tests/oci/probe.c \
    "$ROOT"/tests/oci/probe_net.c "$ROOT"/tests/oci/editor.c
play() { python3 "$ROOT/tests/oci/terminal.py" "$@"; }
play tty septum-9p -t -- tender probe.uni tty
play edit septum-9p -t -- tender probe.uni edit
play left septum-9p -t -- tender probe.uni edit left
play refused tender probe.uni edit
