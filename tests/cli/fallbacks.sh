# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Hosts that lack or forbid something, made by failing system calls: one clear
# line and status 126, or the guest runs without it.
set -eu
fail="$OUT/test/tools/fail-syscall"
ENOSYS=38 EPERM=1 EINVAL=22 ENOMEM=12 ENOTTY=25
uni-build -o hello.uni "$ROOT/examples/hello/hello.c"
try() { # CAGE NUMBER ERRNO: what is it named
    local rc=0
    "$fail" "$2" "$3" -- tender --cage="$1" hello.uni >said 2>&1 || rc=$?
    echo "$4 ($1): $rc $(tail -n 1 said | sed 's/: map segment.*: /: map: /')"
    [ "$(wc -l <said)" = 1 ]
}
try seccomp 436 $ENOSYS close_range
try seccomp 317 $EINVAL seccomp
try seccomp 9 $ENOMEM mmap
try seccomp 11 $EINVAL munmap
try seccomp 10 $ENOMEM mprotect
try seccomp 318 $ENOSYS getrandom
try seccomp 131 $EPERM sigaltstack
try seccomp 13 $EINVAL sigaction
try seccomp 157 $EINVAL prctl
# No timer: threads are not preempted, and nothing else.
try seccomp 222 $EPERM timer_create
if "$OUT/test/tools/kvm-probe" >/dev/null; then
    # The probe itself, the filter, and KVM's first call.
    try kvm 16 $ENOTTY ioctl >log
    try kvm 317 $EINVAL seccomp >>log
    try kvm 318 $ENOSYS getrandom >>log
    grep -q '^ioctl (kvm): 126 tender: kvm: ' log
    grep -q '^seccomp (kvm): 126 tender: load the seccomp filter: ' log
    grep -q '^getrandom (kvm): 126 tender: getrandom: ' log
fi
