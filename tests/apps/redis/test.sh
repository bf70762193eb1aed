# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
# A real server and its real clients: data of all kinds, the append-only file
# without rewrite, what needs fork, and a load.
. "$STAGE/net.sh"
for tool in redis-cli redis-benchmark; do
    command -v $tool >/dev/null || skip "no $tool"
done
net_up
cli() { timeout 20 redis-cli -h "$GUEST" "$@"; }
# says WANTED COMMAND...: what redis-cli prints for a command.
says() {
    want=$1
    shift
    got=$(cli "$@") || fail "redis-cli $*"
    [ "$got" = "$want" ] || fail "redis-cli $*: '$got', expected '$want'"
}
start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$BIN/redis-server" \
    --protected-mode no --save '' --appendonly yes --appendfsync always \
    --auto-aof-rewrite-percentage 0 --enable-debug-command yes --dir /tmp \
    --maxclients 4000
await out 'Ready to accept connections'

says PONG ping
says OK set greeting 'hello, world'
says 'hello, world' get greeting
says 3 rpush list a b c
says "$(printf 'a\nb\nc')" lrange list 0 -1
says 2 hset hash one 1 two 2
says 2 zadd set 1 x 2 y
says x zrange set 0 0
says 1 xlen "$(cli xadd stream '*' k v >id && echo stream)"
says OK set short lived px 50
sleep 0.2
says '' get short
says 45 eval 'local s = 0 for i = 1, 9 do s = s + i end return s' 0
says PONG -h "$GUEST6" ping
head -c 3000000 /dev/urandom >value # one value larger than every window
cli -x set blob <value >/dev/null
cli strlen blob | grep -q 3000000 || fail "blob's length"
cli get blob | head -c 3000000 | cmp - value || fail "blob's bytes"
cli del blob >/dev/null

# Two who wait: a blocked pop and a subscriber.
cli blpop queue 10 >popped &
popper=$!
timeout 20 redis-cli -h "$GUEST" subscribe news >heard &
hearer=$!
left=100
until [ "$(cli publish news flash)" = 1 ]; do
    left=$((left - 1))
    [ $left -gt 0 ] || fail "no subscriber"
    sleep 0.05
done
says 1 rpush queue job
wait $popper
[ "$(tail -n 1 popped)" = job ] || fail "blpop: $(cat popped)"
await heard flash
kill $hearer

# The append-only file holds all of it.
says 5 dbsize
digest=$(cli debug digest)
says OK debug loadaof
says "$digest" debug digest

# What forks fails, says why, and the server goes on.
for command in bgsave bgrewriteaof; do
    cli $command 2>&1 | grep -q ERR || fail "$command did not fail"
done
expect_out "Can't save in background: fork: Function not implemented"
expect_out "Can't rewrite append only file in background: fork: Function not"
says OK save # without a fork it can

count=10000
[ "$CAGE" = kvm ] && count=2000 # a frame may cost a slow exit
timeout 60 redis-benchmark -h "$GUEST" -q --csv -c 50 -n $count -P 16 \
    -t set,get,lpush,hset,zadd,lrange_100,mset \
    >load 2>&1 || fail "redis-benchmark: $(cat load)"
grep -qi error load && fail "redis-benchmark: $(cat load)"
timeout 60 redis-benchmark -h "$GUEST" -q -c 500 -n $((count / 2)) -t set \
    >>load 2>&1 || fail "500 clients: $(cat load)"
cat load
cli shutdown nosave || :
finish
expect_status 0
