# SPDX-License-Identifier: Apache-2.0
# The fault report, and the core that gdb opens.
run "$IMAGE" write
expect_status 139
expect_err '^septum: SIGSEGV: write to 0x30 (not mapped)$'
expect_err '  rip 0000'
expect_err '  #0 0x7[0-9a-f]* crash+0x'
expect_err '  #1 0x7[0-9a-f]* middle+0x'
expect_err '  #2 0x7[0-9a-f]* outer+0x'
expect_err '  #3 0x7[0-9a-f]* main+0x'
run "$IMAGE" jump
expect_status 139
expect_err 'SIGSEGV: jump to 0x123450'
expect_err '  #1 0x7[0-9a-f]* main+0x'
run "$IMAGE" illegal
expect_status 132
expect_err 'SIGILL: illegal instruction at 0x7'
run "$IMAGE" divide
expect_status 136
expect_err 'SIGFPE: division'
run "$IMAGE" constant
expect_status 139
expect_err 'SIGSEGV: write to 0x7[0-9a-f]* (not permitted)'
run "$IMAGE" wild
expect_status 139
expect_err 'SIGSEGV: general protection'
run "$IMAGE" stack
expect_status 139
expect_err 'SIGSEGV: the stack ran over its end at 0x2000000000$'
expect_err '  #3 0x7[0-9a-f]* deep+0x'
run "$IMAGE" thread-stack
expect_status 139
expect_err 'SIGSEGV: the stack ran over its end'
expect_err '  in thread 2 of 2'

run --core=core "$IMAGE" threads
expect_status 139
expect_err 'in thread 1 of 3'
check test -s core
if command -v gdb >/dev/null; then
    gdb -nx -batch -ex 'thread apply all backtrace' "$IMAGE" core >gdb 2>&1
    for frame in 'crash (where=' 'outer (where=' 'sleeps (' 'spins ('; do
        grep -q -F "$frame" gdb || {
            cat gdb
            fail "no frame '$frame'"
        }
    done
fi
