# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC1091,SC2154 # given by guest-run
# resolv.conf's words: search lists and how many dots a name needs, servers
# that fail, refuse, say nothing or cut their answers, who is asked first.
. "$STAGE/net.sh"
net_up
command -v python3 >/dev/null || skip "no python3"
ip address add 10.0.0.3/24 dev "$TAP"
python3 "$STAGE/server.py" "$HOST" 10.0.0.3 &
server=$!
trap 'kill $server' EXIT
await_file ready
# ask WORDS...: of a guest; `out`, and `asked`: what the servers were asked.
ask() {
    : >log
    run --net="$TAP" --ip="$GUEST/24" "$@"
    expect_status 0
    cat out log
}
asked() {
    [ "$(tr '\n' ',' <log)" = "$1" ] || fail "asked: $(cat log)"
}

ask "$IMAGE" here
expect_out '^here: 1, canonical here.a.test, 10.0.0.1$'
asked ''
ask "$IMAGE" one
expect_out '^one: 1, canonical one.a.test, 10.9.0.1$'
asked '10.0.0.1 udp one.a.test,'
ask "$IMAGE" two
expect_out '^two: 1, canonical two.b.test, 10.9.0.1$'
asked '10.0.0.1 udp two.a.test,10.0.0.1 udp two.b.test,'
# Three dots: as it is, first; a dot at the end: as it is, only.
ask "$IMAGE" far.way.off.example
expect_out '^far.way.off.example: 1, canonical far.way.off.example, 10.9.0.1$'
asked '10.0.0.1 udp far.way.off.example,'
ask "$IMAGE" no.such
expect_out '^no.such: Name or service not known$'
asked '10.0.0.1 udp no.such.a.test,10.0.0.1 udp no.such.b.test,10.0.0.1 udp no.such,'
ask "$IMAGE" one.a.test.
expect_out '^one.a.test.: 1, '
asked '10.0.0.1 udp one.a.test,'
ask "$IMAGE" alias
expect_out '^alias: 1, canonical last.example, 10.9.0.1$'
ask "$IMAGE" loop.a.test. empty.a.test.
expect_out '^loop.a.test.: No address associated with hostname$'
expect_out '^empty.a.test.: No address associated with hostname$'
ask "$IMAGE" big
expect_out '^big: 20, canonical big.a.test, '
asked '10.0.0.1 udp big.a.test,10.0.0.1 tcp big.a.test,'
# The next server: at once, or after a second.
ask "$IMAGE" moody silent
expect_out '^moody: 1, canonical moody.a.test, 10.9.0.3$'
expect_out '^silent: 1, canonical silent.a.test, 10.9.0.3$'
ask "$IMAGE" refused.a.test.
expect_out '^refused.a.test.: Temporary failure in name resolution$'
ask "$IMAGE" reverse 10.9.0.7 reverse 10.0.0.1 reverse 10.9.0.8
expect_out '^10.9.0.7: seven.example$'
expect_out '^10.0.0.1: here.a.test$'
expect_out '^10.9.0.8: Name or service not known$'
# The options go before the file: another server, another domain.
ask --dns=10.0.0.3 --conf search=b.test "$IMAGE" one two
expect_out '^one: Name or service not known$'
expect_out '^two: 1, canonical two.b.test, 10.9.0.3$'
