# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2086,SC2012
# Loops end by a signal; the tender is gone from the guest's address space.
said=$(mktemp -u) maps=$said.maps # not in the directory that stays empty
begin() {
    rm -f "$said"
    "$TOOLS/default-signals" "$TENDER" --cage="$CAGE" "$IMAGE" "$@" \
        >"$said" 2>&1 </dev/null &
    pid=$!
    await "$said" "ing"
}
end() { # SIGNAL STATUS...
    kill -"$1" $pid
    shift
    wait $pid
    status=$?
    case " $* " in *" $status "*) ;; *) fail "status $status, not $*" ;; esac
}
for sig in 'TERM 15' 'INT 2' 'HUP 1' 'USR1 10' 'USR2 12'; do
    begin spin
    # shellcheck disable=SC2086 # two words
    set -- $sig
    end "$1" $((128 + $2))
    grep -q "upcall $2" "$said" || fail "no upcall $2"
done
begin stubborn
kill -TERM $pid
await "$said" 'ignored 15'
kill -TERM $pid
kill -USR1 $pid
await "$said" 'ignored 10'
end KILL 137
begin deaf
kill -TERM $pid
await "$said" 'ignored 15'
kill -TERM $pid
kill -USR1 $pid
await "$said" 'ignored 10'
end KILL 137
begin sleep
kill -WINCH $pid
if [ "$CAGE" = seccomp ]; then
    # Text of the tender, its heap, a stack: nothing. vDSO pages remain.
    grep -v -e '\[v' "/proc/$pid/maps" | awk '{ print $1, $2, $6 }' >"$maps"
    grep -i -e tender -e heap -e stack "$maps" && fail "the tender is there"
    grep -e 'wx' "$maps" && fail "writable and executable"
    [ "$(ls "/proc/$pid/fd")" = "$(printf '0\n1\n2')" ] || fail "handles left"
    grep -q 'Seccomp:.2' "/proc/$pid/status" || fail "no filter"
    grep -q 'NoNewPrivs:.1' "/proc/$pid/status" || fail "new privileges"
    [ "$(ls "/proc/$pid/task" | wc -l)" = 1 ] || fail "threads"
fi
grep -q 'Seccomp:.2' "/proc/$pid/status" || fail "no filter"
end TERM 143
rm -f "$said" "$maps"
unharmed
