# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# No engine: the guest's root, made of what it writes, the image's own root
# file system, and the bundle's below that.
# shellcheck source=tests/oci/spec.sh
. "$ROOT/tests/oci/spec.sh"
forget_cases
NEEDS='jq ip'
engine_keeps='^cgroup [^ ]*/septum-test$'
base=bundle/rootfs

says() { grep -q -e "$1" out || fail "it does not say '$1'"; }
go() { run rt run --bundle "$PWD/bundle" $ID; }
# probe WORDS...: what the program in the bundle does now.
probe() {
    jq '.process.args = ["/probe"] + $ARGS.positional' bundle/config.json \
        --args "$@" >new.json || fail "jq: $*"
    mv new.json bundle/config.json
    go
}
# own_root DIR: the program gets an image with a root file system of its own.
own_root() {
    "$OUT/bin/uni-build" -o $base/probe --optional-net eth0 \
        --optional-stream files --rootfs "$1" "$ROOT"/tests/oci/{probe,probe_net,editor}.c ||
        fail "uni-build"
}

case_all_of_the_bundle_is_there() {
    only runnc
    local n
    bundle . idle
    for ((n = 0; n < 300; n++)); do
        echo $n >"$base/file-$n"
        mkdir "$base/.dir-$n"
    done
    echo dotted >$base/.hidden
    ln -s .hidden $base/link
    ln -s /data $base/way
    mkfifo $base/fifo
    probe all ls / ';' cat /.hidden ';' cat /link ';' cat /way/plain.txt ';' \
        cat /file-299 ';' stat /.dir-299 ';' stat /link ';' stat /fifo ';' \
        stat /probe ';' entries /
    expect_status 0
    expect_out dotted
    expect_out 'plain text'
    expect_out 299
    says "size=$(stat -c %s $base/probe)"
    says 'mode=40755'
    says 'mode=120777'
    says 'mode=10644'
    # two for each number, what has another name here, ".", "..", /tmp, /dev
    says 'entries=61[0-9] found=61[0-9]'
    equal 'lines of ls' "$(grep -c '^file-' out)" 300
}

case_changes_are_the_guests_alone() {
    only runnc
    bundle . idle
    mkdir -p $base/a/b
    echo old >$base/a/file
    echo other >$base/a/b/file
    probe hello # places for mounts are made
    ls -lR --time-style=full-iso $base >before
    probe all write /a/file new ';' cat /a/file ';' rm /a/b/file ';' \
        mkdir /a/made ';' write /a/made/x y ';' rename /a /c ';' ls /c ';' \
        symlink /c/file /again ';' cat /again ';' ls /c/b ';' \
        rm /data/link ';' write /data/link text ';' cat /data/link ';' \
        rename /probe /data/me ';' ls /data
    expect_status 0
    equal 'what it says' "$(tr '\n' ' ' <out)" \
        'written new written b file made new written text link me plain.txt '
    ls -lR --time-style=full-iso $base >after
    cmp before after || fail "the bundle was changed"
    probe all stat /a/file ';' stat /c
    expect_status 1
    says size=4
    expect_out 'probe: /c: No such file or directory'
}

case_the_images_own_files_win() {
    only runnc
    bundle . idle
    mkdir -p own/both/sub own/dir $base/both/sub $base/file
    echo own >own/both/x
    echo own >own/file
    echo bundle | tee $base/both/x >$base/both/y
    echo bundle >$base/both/sub/z
    echo bundle >$base/dir
    echo bundle >$base/file/hidden
    own_root own
    probe all cat /both/x ';' cat /both/y ';' cat /both/sub/z ';' \
        cat /file ';' ls /dir ';' ls /both ';' cat /data/plain.txt ';' \
        write /both/sub/w new ';' ls /both/sub ';' rm /both/y ';' ls /both
    expect_status 0
    equal 'what it says' "$(tr '\n' ' ' <out)" \
        'own bundle bundle own sub x y plain text written w z sub x '
}

case_the_layer_has_a_limit() {
    only runnc
    bundle '.annotations = {"septum.layer": "1M"}' idle
    probe all statfs / ';' fill /big ';' statfs / ';' rm /big ';' statfs /
    expect_status 0
    says '^size=1024 used='
    says '^filled=1020: No space left on device'
    equal 'used when full' "$(sed -n 's/.* used=//p' out | sed -n 2p)" 1024
    [ "$(sed -n 's/.* used=//p' out | sed -n 3p)" -lt 64 ] ||
        fail "it is not given back"
    bundle '.annotations = {"septum.mem": "32M"}' idle
    probe statfs /
    expect_status 0
    local size
    size=$(sed -n 's/size=\([0-9]*\) .*/\1/p' out)
    { [ "$size" -gt 12000 ] && [ "$size" -le 16384 ]; } ||
        fail "half of 32M is $size KiB"
}

case_read_only_is_all_but_mounts() {
    only runnc
    bundle '.root.readonly = true | .mounts += [
        {destination: "/scratch", type: "tmpfs", source: "tmpfs",
         options: ["size=64k"]},
        {destination: "/vol", type: "bind", source: "volume",
         options: ["bind", "rw"]}]' idle
    mkdir -p bundle/volume $base/sub
    local path
    for path in /data/plain.txt /sub/new /new /tmp/new; do
        probe write $path x
        expect_status 1
        expect_out "probe: $path: Read-only file system"
    done
    probe all rename /data /d ';' rm /probe ';' mkdir /m
    expect_status 1
    equal refusals "$(grep -c 'Read-only file system' out)" 3
    probe all write /scratch/x tmp ';' write /vol/x vol ';' cat /scratch/x
    expect_status 0
    equal 'in the volume' "$(cat bundle/volume/x)" vol
}

# Nothing is copied for tmpcopyup, and all of it can be changed.
case_tmpfs_begins_as_what_it_covers() {
    only runnc
    bundle '.root.readonly = true | .mounts += [
        {destination: "/data", type: "tmpfs", source: "tmpfs",
         options: ["size=64k", "tmpcopyup"]},
        {destination: "/given", type: "tmpfs", source: "tmpfs",
         options: ["tmpcopyup", "mode=750", "uid=5", "gid=6"]},
        {destination: "/plain", type: "tmpfs", source: "tmpfs"},
        {destination: "/made/here", type: "tmpfs", source: "tmpfs"}]' idle
    mkdir -p own/data/sub $base/data/deep $base/given $base/plain
    echo own >own/data/sub/x
    chmod 0700 own/data $base/plain
    echo deep >$base/data/deep/y
    echo hidden | tee $base/given/file >$base/plain/file
    own_root own
    probe all stat /data ';' stat /given ';' stat /plain ';' stat /made/here
    expect_status 0
    equal modes "$(sed 's/ size.*//' out | tr '\n' ' ')" 'mode=40700 uid=0 gid=0 '\
'mode=40750 uid=5 gid=6 mode=40700 uid=0 gid=0 mode=41777 uid=0 gid=0 '
    probe all ls /data ';' ls /data/deep ';' cat /data/deep/y ';' \
        cat /data/sub/x ';' write /data/deep/y new ';' cat /data/deep/y ';' \
        rename /data/deep/y /data/sub/y ';' rm /data/plain.txt ';' \
        write /data/link text ';' cat /data/link ';' ls /data/sub ';' \
        ls /data ';' write /given/file more ';' cat /given/file ';' ls /plain
    expect_status 0
    equal 'what it says' "$(tr '\n' ' ' <out)" \
        'deep link plain.txt sub y deep own written new written text x y '\
'deep link plain.txt sub written more '
    equal 'in the bundle' "$(cat $base/data/deep/y)" deep
    probe fill /data/big
    expect_status 0
    says 'No space left'
}

case_mounts_hide_and_sys_is_empty() {
    only runnc
    bundle '.mounts += [
        {destination: "/sys", type: "sysfs", source: "sysfs"},
        {destination: "/deep/in/it", type: "bind", source: "volume",
         options: ["bind"]}]
        | .linux.readonlyPaths += ["/kept"]
        | .linux.maskedPaths += ["/secret", "/secrets"]' idle
    mkdir -p bundle/volume $base/deep/in/it $base/kept $base/secrets
    echo here >bundle/volume/here
    echo hidden >$base/deep/in/it/hidden
    echo beside >$base/deep/beside
    echo kept >$base/kept/file
    echo secret | tee $base/secrets/s >$base/secret
    probe all ls /sys ';' ls /deep/in/it ';' cat /deep/beside ';' \
        cat /kept/file
    expect_status 0
    equal 'what it says' "$(tr '\n' ' ' <out)" 'here beside kept '
    local path
    for path in /secret /secrets/s; do
        probe cat $path
        expect_status 1
        ! grep -qx secret out || fail "it reads $path"
    done
    probe write /kept/file x
    expect_status 1
    says 'Read-only file system'
}

# What the host puts into the root while the guest runs shows within a second,
# also where the guest has looked before.
case_new_files_show() {
    only runnc
    created . all stat /late ';' sleep 3 ';' cat /late ';' cat /data/plain.txt
    check rt start $ID
    await 5 grep -q 'probe: /late: No such file' out
    echo late >$base/late
    echo changed >$base/data/new
    mv $base/data/new $base/data/plain.txt
    await 10 is stopped
    expect_out late
    expect_out changed
}

case_home_is_what_the_files_of_users_say() {
    bundle . idle
    mkdir $base/etc
    printf 'root:x:0:0::/superuser:\napp:x:7:8::/srv/app:\nlast:x:9:9:' \
        >$base/etc/passwd
    probe env
    expect_out HOME=/superuser
    change '.process.user = {uid: 7, gid: 7}'
    probe env
    expect_out HOME=/srv/app
    change '.process.env += ["HOME=/given"]'
    probe env
    equal homes "$(grep ^HOME= out)" HOME=/given
    # runc waits for a FIFO, and gives a user without a home none.
    [ "$RUNTIME" = runnc ] || return 0
    change '.process.env |= map(select(startswith("HOME=") | not))'
    change '.process.user = {uid: 9, gid: 9}'
    probe env
    expect_out HOME=/
    # Neither waits for it nor follows it out.
    rm $base/etc/passwd
    mkfifo $base/etc/passwd
    probe env
    expect_status 0
    ln -sf /proc/1/root/etc/passwd $base/etc/passwd
    probe env
    expect_out HOME=/
}

case_shared_memory_is_as_large_as_it_should_be() {
    only runnc
    bundle '.mounts += [{destination: "/dev/shm", type: "tmpfs", source: "shm",
        options: ["nosuid", "mode=1777", "size=1m"]},
        {destination: "/dev/own", type: "tmpfs", source: "own",
        options: ["size=2m", "mode=700"]}]' idle
    probe all statfs /dev/shm ';' stat /dev/shm ';' write /dev/shm/a text ';' \
        cat /dev/shm/a ';' statfs /dev/own ';' stat /dev/own
    expect_status 0
    expect_out 'size=1024 used=0'
    expect_out text
    expect_out 'size=2048 used=0'
    says 'mode=41777'
    says 'mode=40700'
    # As engines do that make it themselves.
    mkdir shm
    mount -t tmpfs -o size=3m shm shm
    change ".mounts |= map(if .destination == \"/dev/shm\" then
        {destination, type: \"bind\", source: \"$PWD/shm\",
         options: [\"bind\"]} else . end)"
    probe all statfs /dev/shm ';' write /dev/shm/a text
    umount shm
    expect_status 0
    expect_out 'size=3072 used=0'
    [ ! -e shm/a ] || fail "shared with the host"
}

case_devices_are_reported() {
    only runnc
    warned() {
        run rt --log "$PWD/log" --log-format json run \
            --bundle "$PWD/bundle" $ID
        expect_status 0
        jq -r .msg log >warnings
        rm log
        grep -qx "config.json: $1" warnings || fail "$(cat warnings)"
        equal lines "$(wc -l <warnings)" 1
    }
    local why='no effect: a guest opens no device of the host'
    bundle '.linux.devices = [{path: "/dev/null", type: "c", major: 1,
        minor: 3}, {path: "/dev/one", type: "c", major: 1, minor: 3}]' hello
    warned "linux.devices: /dev/one: $why"
    change '.linux.devices += [.linux.devices[1] | .path = "/dev/two"]'
    warned "linux.devices: /dev/one and 1 more: $why"
    change '.linux.devices = [] | .mounts += [{destination: "/dev/one",
        type: "bind", source: "/dev/null", options: ["bind"]}]'
    warned "mounts: /dev/one: $why"
}

case_limit_of_files_umask_and_domain() {
    only runnc
    bundle '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 100, hard: 200}]
        | .domainname = "example" | .process.user.umask = 63' idle
    probe limits
    expect_status 0
    expect_out 'files 100 200 domain example umask 77'
}

case_settings_are_checked_at_create() {
    only runnc
    local value
    for value in cage=moat mem= mem=zz mem=1Q mem=1MB layer=x layer=-1; do
        bundle ".annotations = {\"septum.${value%%=*}\": \"${value#*=}\"}" idle
        create
        refused "septum.${value%%=*}: "
    done
    bundle '.annotations = {"septum.cage": "seccomp", "septum.mem": "16m",
        "septum.layer": "10%"}' idle
    probe hello
    expect_status 0
}

case_lines_that_are_no_settings_are_reported() {
    only runnc
    mkdir -p /etc/septum
    cat >/etc/septum/runnc.conf <<'END'
# A comment

  mem = 16M # and another
cage=seccomp
memory = 32M
layer
pod-plain = no
END
    bundle . hello
    run rt --log "$PWD/log" --log-format json run --bundle "$PWD/bundle" $ID
    rm /etc/septum/runnc.conf
    expect_status 0
    jq -r .msg log >warnings
    equal warnings "$(paste -sd '|' warnings)" \
        '/etc/septum/runnc.conf: memory = 32M: unknown, ignored|/etc/septum/runnc.conf: layer: unknown, ignored'
}

case_the_later_of_two_mounts_is_on_top() {
    mkdir low high
    bundle ".mounts += [
        {destination: \"/vol\", type: \"bind\", source: \"$PWD/low\",
         options: [\"bind\", \"ro\"]},
        {destination: \"/vol\", type: \"bind\", source: \"$PWD/high\",
         options: [\"bind\", \"rw\"]}]" idle
    probe write /vol/file text
    expect_status 0
    equal written "$(cat high/file)" text
}
