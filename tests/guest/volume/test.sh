# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034 # sourced by guest-run, which sets status
# A folder of the host as a volume, served by septum-9p, which also becomes
# the tender: its exit status and its signals are the guest's.
serve() {
    "$OUT/bin/septum-9p" "$@" >out 2>err
    status=$?
}
mkdir share
echo given >share/given
echo secret >outside
ln -s "$PWD/outside" share/absolute
ln -s ../outside share/relative
ln -s self share/self
ln -s /only-here share/to-guest
touch share/locked
exec 8<share/locked
flock -x 8 || fail "flock"

serve -v "$PWD/share:/data" "$TENDER" --cage="$CAGE" "$IMAGE" /data
expect_status 0
expect_out 'all as it should be'
[ "$(stat -c %s share/big)" = 5242883 ] || fail "size of big"
rm share/big
check test "$(find share | wc -l)" = 7
check test "$(cat outside share/given | tr '\n' ' ')" = "secret given "
[ ! -e /only-here ] || fail "a file on the host"

serve -v "$PWD/share:/data:ro" "$TENDER" --cage="$CAGE" "$IMAGE" ro /data
expect_status 0
expect_out 'all as it should be'

# Who waits for messages looks for them a while, and then costs nothing.
"$OUT/bin/septum-9p" -v "$PWD/share:/data" "$TENDER" --cage="$CAGE" "$IMAGE" \
    idle /data >out 2>err &
pid=$!
trap 'kill -KILL "$pid" 2>/dev/null' EXIT
ticks() {
    for id in $pid $(cat /proc/$pid/task/$pid/children); do
        awk '{ print $14 + $15 }' "/proc/$id/stat"
    done | awk '{ sum += $1 } END { print sum, NR }'
}
await out idle
sleep 0.2
before=$(ticks)
sleep 1
after=$(ticks)
kill $pid
wait $pid
trap - EXIT
check test "${before#* }" -ge 2
[ $((${after% *} - ${before% *})) -le 3 ] || fail "busy: $before, then $after"

serve -v "$PWD/none:/data" "$TENDER" --cage="$CAGE" "$IMAGE" /data
expect_status 1
expect_err "open $PWD/none: No such file"

# A mount that nobody serves: refused before the program does anything.
run --conf=mount=/data,9p,stream=files,aname=/x "$IMAGE" /data
expect_status 125
expect_err 'mount=/data'
# A place that cannot be made is refused, too.
run --conf=mount=/proc/here,tmpfs "$IMAGE" /data
expect_status 125
expect_err 'mount=/proc/here'
