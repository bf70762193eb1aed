# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# No engine: bundles and images that want more than is theirs. What each case
# tries is what other runtimes have fallen for.
# shellcheck source=tests/oci/spec.sh
. "$ROOT/tests/oci/spec.sh"
for each in $(declare -F | awk '$3 ~ /^case_/ { print $3 }'); do
    [ "$each" = case_matches ] || unset -f "$each"
done
engine_keeps='^cgroup [^ ]*/septum-test$'

case_cgroup_of_others_is_refused() {
    on_v1
    only runnc
    local dir=/sys/fs/cgroup/pids/septum-test/others
    mkdir -p "$dir"
    sleep 60 &
    local other=$!
    echo $other >"$dir/cgroup.procs"
    bundle '.linux.cgroupsPath = "/septum-test/others"' idle
    create
    refused
    kill -0 $other || fail "it killed what is not its own"
    kill $other
    wait $other 2>/dev/null
    await 5 rmdir "$dir"
    rmdir "${dir%/*}" 2>/dev/null
    local path
    for path in / //. /../x /septum-test/../..; do
        bundle ".linux.cgroupsPath = \"$path\"" idle
        create
        refused
    done
}

# A working directory that leads through a descriptor to the host's files.
case_working_directory_stays_inside() {
    only runnc
    local path
    for path in /proc/self/fd/9 /proc/self/fd/9/made /proc/1/root; do
        bundle ".process.cwd = \"$path\" | .process.args[0] = \"./probe\"" \
            hello
        mkdir -p outside
        run rt run --bundle "$PWD/bundle" $ID 9<outside
        [ ! -e outside/made ] || fail "$path: it made a folder on the host"
        rt delete --force $ID
    done
}

case_image_is_opened_inside() {
    only runnc
    bundle '.process.args[0] = "/link"' hello
    cp bundle/rootfs/probe elsewhere
    rm bundle/rootfs/probe
    ln -s "$PWD/elsewhere" bundle/rootfs/link
    create
    refused
}

# No device nodes in a volume: /dev leads there.
case_links_lead_no_devices_into_a_volume() {
    only runnc
    bundle "del(.mounts[] | select(.destination | startswith(\"/dev\")))
        | .mounts += [{destination: \"/vol\", type: \"bind\",
            source: \"$PWD/volume\", options: [\"rbind\", \"rw\"]}]" hello
    mkdir volume bundle/rootfs/vol
    rm -rf bundle/rootfs/dev
    ln -s vol bundle/rootfs/dev
    create
    rt delete --force $ID
    [ -z "$(ls -A volume)" ] || fail "in the volume: $(ls -A volume)"
}

case_masked_paths_are_masked() {
    only runnc
    bundle '.linux.maskedPaths = ["/etc/secret"]' cat /etc/secret
    mkdir -p bundle/rootfs/etc
    echo 'for nobody' >bundle/rootfs/etc/secret
    run rt run --bundle "$PWD/bundle" $ID
    ! grep -q nobody out || fail "the program read it"
}

# Programs of ours that a container can see are not to be written.
case_programs_of_ours_cannot_be_written() {
    only runnc
    created . idle
    check rt start $ID
    await 5 is running
    local pid
    pid=$(cat pid)
    if (: >>"/proc/$pid/exe") 2>/dev/null; then
        fail "the tender is open to writing"
    fi
}
