# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086 # set by tests/lib/guest-run
# Before each GROUP.sh: one trial and the ends it may have.
bad=0
tries=0
# ends "STATUS..." "TEXT" TRIAL...: the status is one of them and the output
# has the text. $options are the tender's.
options=
ends() {
    want=$1
    text=$2
    shift 2
    tries=$((tries + 1))
    # shellcheck disable=SC2086 # words
    { # the shell's own words on a death by signal are no output
        said=$(exec timeout -s KILL 30 "$TENDER" --cage="$CAGE" $options \
            "$IMAGE" "$@" 2>&1 </dev/null)
    } 2>/dev/null
    got=$?
    case " $want " in
    *" $got "*)
        case $said in *"$text"*) return 0 ;; esac
        ;;
    esac
    bad=$((bad + 1))
    [ $bad -gt 40 ] || echo "$*: status $got (expected $want), '$said' (expected '$text')"
}
# in_cage SECCOMP KVM: the word for this cage.
in_cage() {
    if [ "$CAGE" = kvm ]; then echo "$2"; else echo "$1"; fi
}
# Trials that need a process each: all in the seccomp cage, a sample where a
# start costs milliseconds (kvm) or a second (emulated).
every() {
    if [ "$CAGE" = seccomp ]; then
        echo 1
    elif [ -n "${EMULATED:-}" ]; then
        echo "$2"
    else
        echo "$1"
    fi
}
# loose: "" where the processor is real or emulated as one. A KVM without
# hardware below it answers some instructions of ring 3 in its own way: what
# counts there is that they end as a fault or do nothing.
loose() {
    if [ "$CAGE" = kvm ] && [ -z "${EMULATED:-}" ]; then echo loose; fi
}
# native: how interrupt instructions end in any process of the host, where they
# do not by SIGSEGV: words N:SIGNAL. A process is no more than others: what the
# host's hypervisor gives all of them, it has, too.
native=
[ "$CAGE" = kvm ] || native=$("$TOOLS/native-ints") || fail "native-ints"
# ia32: how a system call by `int 0x80` or from 32-bit code ends: the cage's
# end, or a fault where the host's kernel has neither for anybody.
ia32=159
if [ "$CAGE" = seccomp ]; then
    case " $native" in *" 128:0 "*) ;; *) ia32=139 ;; esac
fi
# unharmed: no trial did what it tried.
unharmed() {
    if [ -e canary ] || [ -n "$(ls -A)" ]; then
        ls -lA
        fail "the guest left something on the host"
    fi
    echo "$tries trials, $bad with another end than documented"
    [ $bad -eq 0 ] || fail "see above"
}
