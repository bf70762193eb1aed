# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# No engine: the runtime by hand, on a bundle, while it is killed at, or one
# of its system calls fails. What is left after `delete --force` must be
# nothing; after a failed call it must be nothing without that.
# FAULTS=N: at so many points of each case (15); FAULTS=all: at all.
NEEDS='jq ip'
engine_keeps='^cgroup [^ ]*/septum-test$'
case_keeps='^cgroup [^ ]*/septum-test$'
ID=faulty
STATE=/run/faults
FAULTS=${FAULTS:-15}
rt() { "$RUNTIME_PATH" --root $STATE "$@"; }
traced() { "$OUT/test/tools/fault-at" "$@"; }
create=("$RUNTIME_PATH" --root "$STATE" create --bundle "$WORLD/bundle"
    --pid-file pid "$ID")

engine_start() { mkdir -p $STATE; }
engine_build() { make_bundle "$WORLD/bundle" idle; }
engine_stop() { rm -rf $STATE; }
engine_log() { :; }
engine_warm_up() {
    rt create --bundle "$WORLD/bundle" $ID >log 2>&1
    rt delete --force $ID
}
remove_all() { rt delete --force $ID >/dev/null 2>&1; }

# calls_of PROCESS: how many system calls it made, by the file counts.
calls_of() { awk -v p="$1" '$1 == p { print $2 }' counts; }

# points COUNT: which of so many calls.
points() {
    local stride=1
    [ "$FAULTS" = all ] || stride=$((($1 + FAULTS - 1) / FAULTS))
    # Not all at the same distance from the start for all cases.
    seq $((stride / 2 + 1)) "$stride" "$1"
}

# expect_word N STATUS CALL: a failure must be told. What happens before main,
# the C library's own start, is not ours to tell.
before_main() {
    traced --count=counts.start 0 0 kill "$RUNTIME_PATH" --version >/dev/null
    # The text and the end are main's.
    awk '$1 == 0 { print $2 - 3 }' counts.start
}
expect_word() {
    [ "$2" = 0 ] || [ -s out ] || [ "$1" -le "${early:=$(before_main)}" ] ||
        fail "$3: status $2 at call $1, no word"
}

expect_clean() {
    expect_no_traces traces.before && return
    echo "--- out:" && cat out
    fail "$1"
}
delete_and_look() {
    run timeout 20 "$RUNTIME_PATH" --root $STATE delete --force $ID
    [ "$status" = 0 ] || { cat err && fail "$1: delete --force: $status"; }
    rm -f pid
    expect_clean "$1"
}
# With a whole container in between it is known that the ID is free again.
finish() {
    run "${create[@]}"
    [ "$status" = 0 ] || { cat err && fail "create afterwards: $status"; }
    delete_and_look "afterwards"
}

case_create_killed() {
    traced --count=counts 0 0 kill "${create[@]}" >out 2>&1 </dev/null
    delete_and_look "never killed"
    local n
    for n in $(points "$(calls_of 0)"); do
        traced 0 "$n" kill "${create[@]}" >out 2>&1 </dev/null
        delete_and_look "create killed at call $n"
    done
    finish
}

case_create_fails() {
    traced --count=counts 0 0 kill "${create[@]}" >out 2>&1 </dev/null
    delete_and_look "no failure"
    local n status
    for n in $(points "$(calls_of 0)"); do
        status=0
        traced 0 "$n" 5 "${create[@]}" >out 2>&1 </dev/null || status=$?
        expect_word "$n" $status create
        if [ $status != 0 ]; then
            rm -f pid
            expect_clean "create failed at call $n"
        fi
        delete_and_look "create after a failure at call $n"
    done
    finish
}

case_start_killed() {
    check rt create --bundle "$WORLD/bundle" $ID >out 2>&1
    traced --count=counts 0 0 kill "$RUNTIME_PATH" --root $STATE start $ID
    delete_and_look "never killed"
    local n
    for n in $(points "$(calls_of 0)"); do
        check rt create --bundle "$WORLD/bundle" $ID >out 2>&1
        traced 0 "$n" kill "$RUNTIME_PATH" --root $STATE start $ID >out 2>&1
        delete_and_look "start killed at call $n"
    done
    finish
}

case_start_fails() {
    local unlearnt='runnc.json\|\.delegate\|the state of\|has stopped'
    check rt create --bundle "$WORLD/bundle" $ID >out 2>&1
    traced --count=counts 0 0 kill "$RUNTIME_PATH" --root $STATE start $ID
    delete_and_look "no failure"
    local n status
    for n in $(points "$(calls_of 0)"); do
        check rt create --bundle "$WORLD/bundle" $ID >out 2>&1
        status=0
        traced 0 "$n" 5 "$RUNTIME_PATH" --root $STATE start $ID \
            >out 2>&1 || status=$?
        expect_word "$n" $status start
        # Engines call nothing more after a failed start: init must end,
        # unless it could not be learnt which process that is, or the
        # program did not come to its main.
        if [ $status != 0 ] && grep -q '^runnc: ' out &&
            ! grep -q "$unlearnt" out; then
            stopped() { rt state "$ID" | grep -q '"stopped"'; }
            await 5 stopped
        fi
        delete_and_look "start after a failure at call $n"
    done
    finish
}

# The container's first process, from its birth to the guest's first steps.
# with_init N FAULT: create and start, as far as they come.
with_init() {
    traced --count=counts 1 "$1" "$2" "${create[@]}" >out 2>&1 </dev/null &
    local tracer=$!
    for _ in {1..100}; do
        [ ! -s pid ] || break
        kill -0 $tracer 2>/dev/null || break
        sleep 0.02
    done
    if [ -s pid ]; then
        timeout 10 "$RUNTIME_PATH" --root $STATE start $ID >>out 2>&1
        sleep 0.1
    fi
    kill -TERM $tracer 2>/dev/null
    wait $tracer
}
case_init_killed() {
    with_init 0 kill
    delete_and_look "never killed"
    local n
    for n in $(points "$(calls_of 1)"); do
        with_init "$n" kill
        delete_and_look "init killed at call $n"
    done
    finish
}
case_init_fails() {
    with_init 0 kill
    delete_and_look "no failure"
    local n
    for n in $(points "$(calls_of 1)"); do
        with_init "$n" 5
        delete_and_look "init after a failure at call $n"
    done
    finish
}
