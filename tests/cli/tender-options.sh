# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2086
# The tender's options in both cages: what --dry-run, --trace, --stats, --core,
# --help, --version print, closed standard handles, statuses, forwarding.
set -eu
bad=0
fail() {
    echo "FAIL: $*"
    bad=1
}
has() { grep -qE -e "$2" "$1" || { fail "$1: no '$2'"; cat "$1"; }; }
status() { # status WANT COMMAND...
    local want=$1 rc=0
    shift
    "$@" >out 2>err </dev/null || rc=$?
    [ $rc = "$want" ] || { fail "$*: status $rc, not $want"; cat err; }
}
cages=seccomp
if "$OUT/test/tools/kvm-probe" >/dev/null 2>&1; then cages='seccomp kvm'; fi

"$OUT/test/tools/make-images" .
cat >app.c <<'END'
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static volatile sig_atomic_t got;
static void on(int sig) { got = sig; }
int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "env"))
        return puts(getenv("WHO")) < 0;
    if (!strcmp(what, "fault"))
        *(volatile int *)16 = 1;
    if (!strcmp(what, "read"))
        return (int)read(0, (char[9]){0}, 9);
    if (!strcmp(what, "no-byte")) /* the call itself: UNI_READ */
        return ((int (*)(int, char *, long))0x10180)(0, (char[1]){0}, 0);
    if (!strcmp(what, "full")) { /* an output with no room */
        sigaction(SIGTERM, &(struct sigaction){.sa_handler = on}, NULL);
        return write(1, "x", 1) != -1;
    }
    if (!strcmp(what, "status"))
        return atoi(argv[2]);
    if (!strcmp(what, "wait")) {
        signal(SIGTERM, on), signal(SIGUSR1, on), signal(SIGHUP, on);
        write(1, "ready\n", 6);
        while (!got)
            poll(NULL, 0, 10000);
        return 100 + got;
    }
    puts("hello");
    return 0;
}
END
uni-cc -O1 app.c -o app.uni

status 0 tender --version
has out '^tender [0-9.]+ \(ABI 1\)$'
status 0 tender --help
has out '^Usage: tender \[OPTIONS\] IMAGE'
for option in cage mem env block net mac stream core trace stats dry-run; do
    has out "^  --${option}[:=[ ]"
done

status 0 tender --dry-run good.uni
has out '^  000000010000-000000011000 r-x +4 KiB  hypercalls$'
has out '^  000070001000-000070002000 r-x +4 KiB  text$'
has out '^  000070002000-000070005000 rw- +12 KiB  data$'
has out '^  002000000000-002004000000 rw- +65536 KiB  arena$'
has out 'if A == 0x10000 goto .* ; the hypercall page$'
has out 'if A == 0xe7 goto .* ; exit_group$'
has out 'A &= 0xfffff000'
has out 'return KILL_PROCESS'
grep -q pwrite out && fail 'pwrite without a block device'
head -c 8192 /dev/zero >disk
status 0 tender --dry-run --block=disk --mem=1G --core=core block.device
has out '^  3-4  block dev0, 8192 bytes, blocks of 512$'
has out 'pwrite64'
has out '^  002000000000-002040000000 rw-'
[ ! -e core ] || fail '--dry-run made a core file'
status 0 tender --dry-run --cage=kvm good.uni
has out 'ioctl'

# /dev/kvm is nothing that a process gets.
mkfifo fifo
tender --kvm=fd:8 app.uni wait >fifo 8</dev/null 2>/dev/null &
pid=$!
read -r word <fifo
[ "$(cd /proc/$pid/fd && echo *)" = '0 1 2' ] || fail "--kvm left a handle"
kill $pid
wait $pid || true
rm fifo

for cage in $cages; do
    t="tender --cage=$cage"
    status 0 $t app.uni
    [ "$(cat out)" = hello ] || fail "$cage: no hello"
    for n in 1 77 124 200 255; do
        status $n $t app.uni status $n
    done
    status 0 $t --env WHO=you app.uni env
    has out '^you$'
    status 139 $t app.uni fault
    has err 'SIGSEGV'
    status 0 $t --conf umask=9 --conf nofile=5 --hostname "$(printf %065d 0)" app.uni
    has err '^septum: umask=9: expected an octal number$'
    has err '^septum: nofile=5: expected SOFT:HARD$'
    has err '^septum: hostname=0*: expected at most 64 bytes$'
    status 0 $t --conf umask=027 --conf nofile=5:6 --hostname here app.uni
    [ ! -s err ] || fail "$cage: $(cat err)"

    status 0 $t --trace app.uni
    has out '^hello$'
    has err '^write\(1, "hello\\n", 6\) = 6 <[0-9.]+>$'
    has err '^exit\(0\) = \?$'
    status 5 $t --trace app.uni status 5
    status 139 $t --trace --stats app.uni fault
    status 0 $t --stats app.uni
    has err '^tender: write +1 +0 +[0-9.]+ +[0-9.]+$'
    has err '^tender: .* peak memory [1-9][0-9]* KiB$'

    status 0 $t --core=core app.uni
    [ ! -e core ] || fail "$cage: an empty core stayed"
    status 139 $t --core=core app.uni fault
    [ "$(head -c 4 core | tr -d '\177')" = ELF ] || fail "$cage: no core"
    [ "$(stat -c %a core)" = 600 ] || fail "$cage: the core is not private"
    rm -f core
    mkfifo core # as /dev/null: not made for a core
    cat core &
    status 0 $t --core=core app.uni
    wait $!
    [ -p core ] || fail "$cage: --core removed what is no file"
    rm -f core
    ln -s elsewhere core
    status 126 $t --core=core app.uni
    rm core

    # Closed standard handles are /dev/null, not somebody's device.
    status 0 bash -c "exec $t app.uni read <&-"
    status 0 bash -c "exec $t app.uni >&-"

    # No byte is read from an input that has none; a signal ends a write that
    # has to wait, and --trace says so.
    mkfifo fifo
    exec 9<>fifo
    timeout 10 $t app.uni no-byte <&9 || fail "$cage: waits for no byte"
    dd if=/dev/zero of=fifo bs=4096 count=4096 oflag=nonblock 2>/dev/null || :
    $t --trace app.uni full >&9 2>err &
    pid=$!
    for _ in $(seq 100); do
        ! grep -q '^write(1, "x"' err || break
        sleep 0.1
    done
    kill -TERM $pid
    wait $pid || fail "$cage: status $? of a write that ends by a signal"
    has err '^write\(1, "x", 1\) = -4 \(Interrupted system call\)'
    exec 9>&-
    rm fifo

    # Signals: straight, and through a tender that stays as parent.
    for options in '' --stats --core=core; do
        for sig in TERM USR1 HUP; do
            mkfifo fifo
            # shellcheck disable=SC2086 # words
            "$OUT/test/tools/default-signals" $t $options app.uni wait \
                >fifo 2>err &
            pid=$!
            read -r word <fifo
            [ "$word" = ready ] || fail "$cage: $word"
            kill -$sig $pid
            rc=0
            wait $pid || rc=$?
            [ $rc = $((100 + $(kill -l $sig))) ] ||
                fail "$cage $options: status $rc after $sig"
            rm fifo
        done
    done
    # ps shows the image and its arguments.
    mkfifo fifo
    $t app.uni wait 'two words' >fifo 2>/dev/null &
    pid=$!
    read -r word <fifo
    tr '\0' ' ' <"/proc/$pid/cmdline" >out
    has out 'app.uni wait two words $'
    kill $pid
    wait $pid || true
    rm fifo

    # Who kills the parent kills the guest.
    mkfifo fifo
    $t --stats app.uni wait >fifo 2>/dev/null &
    pid=$!
    read -r word <fifo
    guest=$(cat /proc/$pid/task/$pid/children)
    kill -KILL $pid
    for _ in $(seq 50); do
        # shellcheck disable=SC2086 # one word
        [ -d /proc/${guest// /} ] || break
        sleep 0.1
    done
    # shellcheck disable=SC2086 # one word
    [ ! -d /proc/${guest// /} ] || fail "$cage: the guest outlives the tender"
    rm fifo
done

# In the seccomp cage a guest that breaks the rules dies of SIGSYS, and so does
# a tender that is its parent; the kvm cage says why.
printf '\x0f\x05' | dd of=good.uni bs=1 seek=4096 conv=notrunc status=none
status 159 tender good.uni
status 159 tender --stats good.uni
case $cages in *kvm*)
    status 159 tender --cage=kvm good.uni
    has err '^tender: guest: system call [0-9]+ at 0x70001000$'
    ;;
esac

# A tap, where this user may make one.
if [ -w /dev/net/tun ] && [ "$(id -u)" = 0 ]; then
    status 0 tender --dry-run --net=septumtest0 net.device
    has out '^  3  net dev0, mtu 1500, header (0|10|12), offloads'
fi

# An unprivileged user, too.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
    chmod 755 . app.uni
    install -m 755 "$(command -v tender)" tender-copy
    user=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    if "${user[@]}" test -x tender-copy; then
        status 0 "${user[@]}" ./tender-copy app.uni
        has out '^hello$'
        [ -r /dev/kvm ] && status 126 "${user[@]}" ./tender-copy --cage=kvm app.uni
    fi
fi
exit $bad
