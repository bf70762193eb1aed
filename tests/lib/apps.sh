#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# tests/apps/NAME/recipe: unmodified programs from Debian's sources, built with
# gcc and with uni-cc; each case must give the same output and status natively
# and in both cages. The recipe is a bash file; it sets
#   source=lua5.4        the source package
# and defines functions, run with `set -e`:
#   build                in a fresh copy of the sources, once for KIND=native
#                        and once for KIND=uni, with $CC $AR $RANLIB set;
#                        copies what it made to $BIN/PROG
#   cases                prints a line for each test: NAME PROG [ARGS...]
# and, if it wants:
#   files DIR            fills DIR, the start of the file system: natively a
#                        copy of it is the working directory, in the guest it
#                        is the root ($ROOTFS is its path in both builds)
#   input NAME           prints the standard input of a case
#   settle               a filter for both outputs (times, addresses)
#   mem=256M  limit=120  tender's --mem; seconds for one run
#   elsewhere='...'      for a source that mirrors are known to lack: what
#                        tests the same; then its absence is a skip
# A server has a test.sh beside its recipe in place of cases, for guest-run,
# once for each cage: $BIN is what was built with uni-cc, $NATIVE with gcc.
# $RECIPE is its folder. Sources are kept in $OUT/apps/.
# shellcheck source=tests/lib/report.sh
. tests/lib/report.sh
app=$1
export RECIPE=$PWD/tests/apps/$app ROOT=$PWD
work=$OUT/apps/$app
export ROOTFS=$work/rootfs
export BIN NATIVE=$work/bin-native
source='' mem=256M limit=120 elsewhere=''

files() { :; }
input() { :; }
settle() { cat; }
# shellcheck disable=SC1090,SC1091 # a recipe
. "$RECIPE/recipe"

# build_as KIND: unless what it depends on is older than the last build.
build_as() {
    local stamp=$work/$1.stamp newer
    newer=$(find "$RECIPE" ${2:+"$OUT/bin" "$OUT/lib"} -newer "$stamp" \
        -type f ! -name test.sh 2>&1 | head -n 1)
    [ -f "$stamp" ] && [ -z "$newer" ] && return 0
    export KIND=$1
    BIN=$work/bin-$1
    rm -rf "$BIN" "${work:?}/$1" "$stamp"
    mkdir -p "$BIN"
    cp -a "$work/source" "$work/$1"
    # A shell of its own: set -e has no effect below an "if" or "||".
    (cd "$work/$1" && bash -ec '. "$RECIPE/recipe"; build') || return 1
    touch "$stamp"
}

make_all() {
    mkdir -p "$work" || return 1
    rm -f "$work/no-source"
    if ! "$ROOT/build-tools/fetch-source" "$source" "$work/source"; then
        touch "$work/no-source"
        return 1
    fi
    rm -rf "$ROOTFS"
    mkdir -p "$ROOTFS"
    (set -e && files "$ROOTFS") || return 1
    CC=gcc AR=ar RANLIB=ranlib build_as native || return 1
    PATH=$OUT/bin:$PATH CC=uni-cc AR=uni-ar RANLIB=uni-ranlib build_as uni lib
}

# compare DIR CAGE: as guest-run, through the recipe's filter.
compare() {
    local args
    read -ra args <"$1/app.args"
    "$OUT/bin/tender" --cage="$2" --mem="$mem" "$1/image.uni" "${args[@]}" \
        <"$1/stdin" >out 2>err
    local status=$?
    settle <out | cmp - "$1/expect" || {
        settle <out | diff - "$1/expect" | head -n 40
        head -n 40 err
        return 1
    }
    [ $status = "$(cat "$1/status")" ] && return
    cat err
    echo "status $status, natively $(cat "$1/status")"
    return 1
}

compile "apps/$app" make_all || {
    [ -f "$work/no-source" ] && [ -n "$elsewhere" ] || exit 0
    : >"$TEST_RESULTS" # it was no failure of ours
    report SKIP "apps/$app" "$(now_ms)" "no source to be had; $elsewhere"
    exit 0
}

if [ -f "$RECIPE/test.sh" ]; then
    stage=$TEST_STAGE/apps/$app
    mkdir -p "$stage"
    cp "$RECIPE"/*.sh "$stage"
    cp tests/lib/guest-net "$stage/net.sh"
    touch "$stage/no-qemu"
    BIN=$work/bin-uni
    for_cages "apps/$app" "$stage" "$limit"
    exit 0
fi
while read -r name prog args; do
    dir=$work/case-$name
    case_matches "apps/$app-$name@seccomp" || case_matches "apps/$app-$name@kvm" || continue
    rm -rf "$dir"
    mkdir -p "$dir"
    cp -a "$ROOTFS" "$dir/cwd"
    input "$name" >"$dir/stdin"
    echo "$args" >"$dir/app.args"
    ln -s "$work/bin-uni/$prog" "$dir/image.uni"
    # shellcheck disable=SC2086 # words
    (cd "$dir/cwd" && timeout "$limit" "$work/bin-native/$prog" $args \
        <"$dir/stdin" >"$dir/native.out" 2>"$dir/native.err"; echo $? >"$dir/status")
    settle <"$dir/native.out" >"$dir/expect"
    for cage in seccomp kvm; do
        if reason=$(cage_usable $cage); then
            export -f compare settle
            export mem
            test_case "apps/$app-$name@$cage" "$limit" \
                bash -c "compare '$dir' $cage"
        else
            skip "apps/$app-$name@$cage" $cage "$reason"
        fi
    done
done < <(cases)
