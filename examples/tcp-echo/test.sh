# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
. "$STAGE/net.sh"
net_up
start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$IMAGE"
await out listening
head -c 3000000 /dev/urandom >sent
timeout 20 nc -N "$GUEST" 7 <sent >got
check cmp sent got
for n in 1 2 3 4; do
    timeout 20 nc -N "$GUEST6" 7 <sent >"got.$n" &
    clients="$clients $!"
done
for client in $clients; do wait "$client"; done
for n in 1 2 3 4; do check cmp sent "got.$n"; done
check ping -q -c 3 -i 0.1 -W 2 "$GUEST"
check ping -q -c 3 -i 0.1 -W 2 "$GUEST6"
check ping -q -c 1 -s 8000 -W 2 "$GUEST"
kill "$pid"
finish
