# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
. "$STAGE/net.sh"
net_up
start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$IMAGE"
check curl -s --retry 20 --retry-connrefused --retry-delay 1 -m 20 \
    -o got "http://$GUEST/"
check cmp got "$STAGE/data/index.html"
check curl -s -m 10 -o got "http://[$GUEST6]/index.html"
check cmp got "$STAGE/data/index.html"
code=$(curl -s -m 10 -o /dev/null -w '%{http_code}' "http://$GUEST/absent")
[ "$code" = 404 ] || fail "absent file: $code"
code=$(curl -s -m 10 --path-as-is -o /dev/null -w '%{http_code}' \
    "http://$GUEST/../../etc/passwd")
[ "$code" = 404 ] || fail "path outside: $code"
code=$(curl -s -m 10 -I -o /dev/null -w '%{http_code}' "http://$GUEST/")
[ "$code" = 200 ] || fail "HEAD: $code"
curl -s -m 20 -o /dev/null -w '%{num_connects}\n' "http://$GUEST/[1-20]" \
    "http://$GUEST/" >/dev/null
n=0
while [ $n -lt 200 ]; do # short connections, one after the other
    check curl -s -m 10 -H 'Connection: close' -o got "http://$GUEST/"
    n=$((n + 1))
done
check cmp got "$STAGE/data/index.html"
kill "$pid"
finish
