# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
# A broker and the clients of its own source.
. "$STAGE/net.sh"
net_up
start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$BIN/mosquitto" \
    -c /etc/mosquitto.conf
await err 'version .* running'
await_guest "$GUEST"
pub() { check timeout 20 "$NATIVE/mosquitto_pub" -h "$GUEST" "$@"; }
sub() { timeout 20 "$NATIVE/mosquitto_sub" "$@"; }

# What is kept for later, over IPv4 and IPv6, with and without wildcards.
pub -t kept/one -m first -r -q 1
pub -t kept/two -m second -r -q 2
[ "$(sub -h "$GUEST" -t kept/one -C 1)" = first ] || fail "kept"
[ "$(sub -h "$GUEST6" -v -t 'kept/#' -C 2 | sort | tr '\n' ' ')" = \
    'kept/one first kept/two second ' ] || fail "wildcard"

# A thousand lines in order, and one large message.
sub -h "$GUEST" -q 2 -i reader -c -t lines -C 1000 >got &
reader=$!
await err 'as reader'
sleep 0.2
seq 1000 >want
pub -q 2 -t lines -l <want
wait $reader || fail "reader: $?"
check cmp want got
head -c 3000000 /dev/urandom >large
pub -t large -r -f large
sub -h "$GUEST" -t large -C 1 -N >got || fail "large: $?"
check cmp large got

# Fifty who listen, one who speaks.
for i in $(seq 50); do
    sub -h "$GUEST" -i "many$i" -t news -C 1 >"news$i" &
    readers="$readers $!"
done
for i in $(seq 50); do
    await err "as many$i "
done
sleep 0.3
pub -t news -m hello
for reader in $readers; do
    wait "$reader" || fail "one of many: $?"
done
[ "$(cat news*)" = "$(yes hello | head -n 50)" ] || fail "news"
kill "$pid"
finish
expect_status 0
expect_err 'Saving in-memory database'
