#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Builds tests/tools/NAME.c as static programs: the virtual machine that runs
# some of them has no libraries.
set -e
: "${OUT:=$PWD/out}"
mkdir -p "$OUT/test/tools"
for src in tests/tools/*.c; do
    prog=$OUT/test/tools/$(basename "${src%.c}")
    [ "$prog" -nt "$src" ] && [ "$prog" -nt tests/tools/images.h ] && continue
    gcc -std=gnu11 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -Ibindings/abi \
        -static -o "$prog" "$src"
done
