# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The program of the containers, for runnc and for other runtimes.
# is_older FILE OTHERS...: than one of them?
is_older() {
    local file=$1 other
    shift
    for other; do
        [ ! "$other" -nt "$file" ] || return 0
    done
    return 1
}
build_probe() {
    local src="tests/oci/probe.c tests/oci/probe_net.c tests/oci/editor.c"
    local dir=$OUT/test/oci
    mkdir -p "$dir"
    # shellcheck disable=SC2086 # words
    if is_older "$dir/probe" $src; then
        musl-gcc -O2 -static -Wall -Wextra -Werror -o "$dir/probe" $src ||
            return 1
    fi
    # shellcheck disable=SC2086 # words
    if is_older "$dir/probe.uni" $src "$OUT/lib/libos.o"; then
        "$OUT/bin/uni-build" -o "$dir/probe.uni" -O2 \
            -Wall -Wextra -Werror $src
    fi
}
# need_probe JOB: builds it, one job at a time; what fails is reported.
need_probe() {
    (
        exec 9>"$TEST_OUT/oci.lock"
        flock 9
        compile "$1-probe" build_probe
    )
}
