# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # what guest-run gives
# A real web server and its real clients.
. "$STAGE/net.sh"
command -v wrk >/dev/null || skip "no wrk"
net_up
url=http://$GUEST root=$(dirname "$BIN")/rootfs/srv
get() { curl -sS -m 20 "$@"; }
# code WANTED OPTIONS...: the answer's status.
code() {
    want=$1
    shift
    got=$(get -o body -w '%{http_code}' "$@") || fail "curl $*"
    [ "$got" = "$want" ] || fail "curl $*: $got, expected $want"
}
start --net="$TAP" --ip="$GUEST/24" --ip="$GUEST6/64" "$BIN/lighttpd" -D \
    -f /etc/lighttpd.conf
await err 'server started'

code 200 "$url/"
check cmp body "$root/index.html"
code 200 "http://[$GUEST6]/"
check cmp body "$root/index.html"
code 200 "$url/large.txt" # by sendfile
check cmp body "$root/large.txt"
code 206 -r 1000000-1000099 "$url/large.txt"
tail -c +1000001 "$root/large.txt" | head -c 100 | check cmp - body
code 200 -I "$url/large.txt"
code 404 "$url/absent"
code 404 --path-as-is "$url/../etc/lighttpd.conf"
code 200 "$url/list/"
check grep -q two.txt body
code 200 "$url/status"
etag=$(get -I "$url/" | tr -d '\r' | sed -n 's/^ETag: //p')
code 304 -H "If-None-Match: $etag" "$url/"
code 200 --http2-prior-knowledge "$url/large.txt"
check cmp body "$root/large.txt"
code 501 -X UNKNOWN "$url/"
# Two hundred on one connection, then twenty at a time.
get "$url/?[1-200]" | sort | uniq -c | grep -q '^ *200 ' || fail "keep-alive"
check test "$(get -Z --parallel-max 20 "$url/?[1-100]" | wc -l)" = 100
# Slow readers do not stop others.
get --limit-rate 300k -o slow "$url/large.txt" &
slow=$!
code 200 "$url/"
wait $slow || fail "slow reader"
check cmp slow "$root/large.txt"

wrk -t 1 -c 50 -d 2 "$url/" >load || fail "wrk: $(cat load)"
cat load
grep -q 'Socket errors\|Non-2xx' load && fail "errors under load"
kill "$pid"
finish
expect_status 0 1 # 1: it had connections
