# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2317
# Networks of engines with docker's command line: a part of cli.sh.

case_published_ports() {
    local port
    port=$(free_port)
    start -p "127.0.0.1:$port:8080" -h web -- serve 8080
    await 10 fetch "http://127.0.0.1:$port/"
    equal answer "$(fetch "http://127.0.0.1:$port/")" 'I am web'
    equal file "$(fetch "http://127.0.0.1:$port/data/plain.txt")" 'plain text'
    local address
    address=$(inspect '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}')
    [ -n "$address" ] || address=$(inspect '{{.NetworkSettings.IPAddress}}')
    equal 'by its address' "$(fetch "http://$address:8080/")" 'I am web'
}

case_containers_find_each_other_by_name() {
    check e network create party >/dev/null
    start --network party --name host-a -h host-a -- serve 80
    await 10 logs_have serve
    run e run --rm --network party "$IMAGE" all resolve host-a ';' \
        get host-a 80 /
    expect_status 0
    expect_out 'I am host-a'
    run e run --rm --network party "$IMAGE" resolve nobody.invalid
    expect_status 1
    check e rm -f host-a >/dev/null
    check e network rm party >/dev/null
}

case_several_networks() {
    local n address
    for n in one two three; do
        check e network create net-$n >/dev/null
    done
    if [ "$engine" = docker ]; then
        check e create --name host-b -h host-b --network net-one "$IMAGE" \
            serve 80 >/dev/null
        check e network connect net-two host-b
        check e network connect net-three host-b
        check e start host-b >/dev/null
    else
        check e run -d --name host-b -h host-b --network net-one \
            --network net-two --network net-three "$IMAGE" serve 80 >/dev/null
    fi
    for n in one two three; do
        address=$(inspect \
            "{{(index .NetworkSettings.Networks \"net-$n\").IPAddress}}" host-b)
        await 10 fetch "http://$address/"
        equal "in net-$n" "$(fetch "http://$address/")" 'I am host-b'
        run e run --rm --network net-$n "$IMAGE" get host-b 80 /
        expect_out 'I am host-b'
    done
    check e rm -f host-b >/dev/null
    check e network rm net-one net-two net-three >/dev/null
}

case_names_of_other_networks() {
    check e network create party >/dev/null
    start --network party --name host-a -h host-a -- serve 80
    await 10 logs_have serve
    run e run --rm --network party "$IMAGE" all resolve outside.example ';' \
        resolve host-a ';' resolve OUTSIDE.example ';' get host-a 80 / ';' \
        ask 192.0.2.53
    expect_status 0
    equal 'found outside' "$(grep -cx 192.0.2.80 out)" 2
    expect_out 'I am host-a'
    expect_out answer=49
    check e rm -f host-a >/dev/null
    check e network rm party >/dev/null
}

case_no_ipv6_where_the_network_has_none() {
    run e run --rm "$IMAGE" addrs
    expect_status 0
    equal 'IPv4 addresses' "$(grep -c '^eth0 [1-9]' out)" 1
    # Docker turns it off, podman leaves a link-local address.
    local want=0
    [ "$engine" = docker ] || want=1
    equal 'link-local addresses' "$(grep -c '^eth0 fe80:' out)" $want
}

case_guest_reaches_the_host() {
    start -- idle
    local gateway port
    gateway=$(inspect \
        '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}')
    [ -n "$gateway" ] || gateway=$(inspect '{{.NetworkSettings.Gateway}}')
    port=$(free_port)
    mkdir served
    echo 'from outside' >served/page
    python3 -m http.server -b "$gateway" -d served "$port" >server.log 2>&1 &
    local server=$!
    await 5 fetch "http://$gateway:$port/page"
    run e run --rm "$IMAGE" get "$gateway" "$port" /page
    kill $server
    expect_status 0
    expect_out 'from outside'
}

case_network_none() {
    run e run --rm --network none "$IMAGE" all hello ';' get 192.0.2.1 80 /
    expect_status 1
    expect_out hello
    grep -q '^probe: 192.0.2.1: ' out || fail "no network, but reached it"
}

case_network_host_is_refused() {
    only runnc
    run e run --rm --network host "$IMAGE" hello
    [ "$status" != 0 ] || fail "it ran"
    expect_err 'host.*network|network.*host'
}
