#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The hostile guest: each group of trials in each cage; tests/hostile/README.md.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
if [ "$1" = --list ]; then
    for group in tests/hostile/*.sh; do
        group=$(basename "$group" .sh)
        [ "$group" = lib ] || echo "$group"
    done
    exit
fi
name=hostile/$1
stage=$TEST_STAGE/$name
mkdir -p "$stage"
flags=0
[ "$1" = upcalls ] && flags=1 # the note asks for upcalls on system calls
compile "$name" gcc -std=gnu11 -O1 -g -Wall -Wextra -Werror -ffreestanding \
    -fno-pic -no-pie -static -nostdlib -mcmodel=small -mgeneral-regs-only \
    -fno-stack-protector -fcf-protection=none -fno-asynchronous-unwind-tables \
    -Ibindings/abi -DHOSTILE_NOTE_FLAGS=$flags -Wl,-T,tests/hostile/hostile.ld \
    -Wl,--build-id=none -Wl,-z,max-page-size=4096 -o "$stage/image.uni" \
    tests/hostile/start.S tests/hostile/*.c || exit 0
cat tests/hostile/lib.sh "tests/hostile/$1.sh" >"$stage/test.sh"
echo 560 >"$stage/timeout"
for_cages "$name" "$stage" 560
