# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154 # status is run's
try() { # WANTED OPTIONS...
    wanted=$1
    shift
    run "$@"
    [ "$status" = 0 ] || fail "$*: status $status: $(cat err out)"
    [ "$(cat out)" = "$wanted" ] || fail "$*: $(cat out), expected $wanted"
}
try "own 1 /tmp" "$IMAGE"
try "a b 1 /tmp" "$IMAGE" a b
try "own 1 /dev" --conf=user=1000:1001,5,6 --conf=cwd=/dev "$IMAGE"
try "- /" --conf=defaults=no "$IMAGE"
try "a - /" --conf=defaults=no "$IMAGE" a
for user in x 1:2: 1:2,x 4294967295 -1 1,2; do
    run --conf=user=$user "$IMAGE"
    [ "$status" = 125 ] || fail "user $user: status $status"
    check grep -q "user $user: expected UID" err
done
try "(none) 1024 65536 22" "$IMAGE" limits
try "example 100 200 22" --conf=domainname=example --conf=nofile=100:200 "$IMAGE" limits
try "(none) 65536 65536 22" --conf=nofile=1048576:1048576 "$IMAGE" limits
try "(none) 200 200 22" --conf=nofile=300:200 "$IMAGE" limits
try "(none) 1024 65536 77" --conf=umask=077 "$IMAGE" limits
try "(none) 1024 65536 22" --conf=umask=08 "$IMAGE" limits
for limit in 10 10: x:10 10:10:10 -1:5; do
    try "(none) 1024 65536 22" --conf=nofile=$limit "$IMAGE" limits
done
