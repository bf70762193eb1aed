# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154,SC2317
# podman of a user: it makes the user namespace and the network, and runs runnc
# as what is root there.
NEEDS='podman conmon setpriv newuidmap useradd slirp4netns'
engine_keeps='^file|^mount |^namespace |^process .*podman'
# Its user namespace, layers of other owners, files of its networks.
case_keeps='^process .*(podman|catatonit)|^namespace (user|mnt):|^file /run/septum-rootless/(storage|run/libpod)'
USER_ID=4712
HOME_DIR=/run/septum-rootless

as_user() {
    setpriv --reuid $USER_ID --regid $USER_ID --clear-groups \
        env -i HOME=$HOME_DIR XDG_RUNTIME_DIR=$HOME_DIR/run \
        TMPDIR=$HOME_DIR/tmp "PATH=$HOME_DIR/bin:/usr/sbin:$PATH" "$@"
}
podman() { (cd $HOME_DIR && as_user podman "$@"); }

# open_device NAME: on many machines it is everybody's.
open_device() {
    cp -a "/dev/$1" "$HOME_DIR/${1##*/}"
    chmod 666 "$HOME_DIR/${1##*/}"
    mount --bind "$HOME_DIR/${1##*/}" "/dev/$1"
}
engine_start() {
    useradd -u $USER_ID -M -d $HOME_DIR -s /bin/sh septum-test || return 1
    echo 'septum-test:300000:65536' | tee /etc/subuid >/etc/subgid
    mkdir -p $HOME_DIR/{bin,run,tmp,.config/containers} /etc/containers
    cp "$OUT"/bin/{runnc,tender,septum-9p,septum-dns} $HOME_DIR/bin
    echo '{"default": [{"type": "insecureAcceptAnything"}]}' \
        >/etc/containers/policy.json
    local path=$HOME_DIR/bin/runnc
    [ "$RUNTIME" = runnc ] || path=$RUNTIME_PATH
    cat >$HOME_DIR/.config/containers/containers.conf <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
[engine]
runtime = "$RUNTIME"
runtime_supports_json = ["crun", "runc", "runnc"]
cgroup_manager = "cgroupfs"
events_logger = "file"
[engine.runtimes]
$RUNTIME = ["$path"]
END
    cat >$HOME_DIR/.config/containers/storage.conf <<END
[storage]
driver = "vfs"
graphroot = "$HOME_DIR/storage"
runroot = "$HOME_DIR/run/storage"
END
    chown -R $USER_ID:$USER_ID $HOME_DIR
    chmod 700 $HOME_DIR/run
    open_device net/tun
    podman info >/dev/null
}
engine_build() {
    cp -r "$1" $HOME_DIR/context
    chown -R $USER_ID $HOME_DIR/context
    run podman build -q -t "$IMAGE" $HOME_DIR/context
    expect_status 0
}
engine_stop() {
    # The process that keeps podman's user namespace.
    kill "$(cat $HOME_DIR/run/libpod/tmp/pause.pid)" 2>/dev/null
    umount /dev/net/tun
    userdel septum-test
    rm -rf $HOME_DIR
}
engine_log() { :; }
engine_warm_up() { case_runs_and_tells_its_end; }
remove_all() {
    podman rm -af -t 1 >/dev/null 2>&1
    rm -rf $HOME_DIR/vol
}
volume() {
    mkdir $HOME_DIR/vol
    chown $USER_ID $HOME_DIR/vol
}

case_runs_and_tells_its_end() {
    run podman run --rm "$IMAGE" hello from a user
    expect_status 0
    expect_out 'hello from a user'
    run podman run --rm "$IMAGE" exit 42
    expect_status 42
}

case_ids_of_the_container() {
    run podman run --rm "$IMAGE" id
    grep -q '^uid=0 gid=0' out || fail "its user"
    run podman run --rm -u 5:6 --group-add 7 "$IMAGE" id
    expect_status 0
    grep -qE '^uid=5 gid=6 groups=.*7' out || fail "its user"
}

case_volume_has_its_owners() {
    volume
    run podman run --rm -v $HOME_DIR/vol:/mnt "$IMAGE" \
        all write /mnt/file text ';' stat /mnt/file
    expect_status 0
    expect_out 'mode=100644 uid=0 gid=0 size=5'
    equal owner "$(stat -c %u $HOME_DIR/vol/file)" $USER_ID
    chmod 777 $HOME_DIR/vol
    run podman run --rm -u 8:9 -v $HOME_DIR/vol:/mnt "$IMAGE" \
        write /mnt/other text
    expect_status 0
    equal owner "$(stat -c %u:%g $HOME_DIR/vol/other)" 300007:300008
}

case_keep_id() {
    volume
    run podman run --rm --userns=keep-id -v $HOME_DIR/vol:/mnt "$IMAGE" \
        all id ';' write /mnt/file text ';' stat /mnt/file
    expect_status 0
    grep -q "^uid=$USER_ID gid=$USER_ID" out || fail "its user"
    expect_out "mode=100644 uid=$USER_ID gid=$USER_ID size=5"
    equal owner "$(stat -c %u $HOME_DIR/vol/file)" $USER_ID
}

case_stop_lets_it_end() {
    run podman run -d --name one "$IMAGE" idle
    expect_status 0
    begun() { podman logs one 2>&1 | grep -qx idle; }
    await 10 begun
    run podman stop -t 10 one
    expect_status 0
    equal exit "$(podman inspect -f '{{.State.ExitCode}}' one)" 7
}

# The port is slirp4netns's own: podman's other helper connects inside of the
# namespace, where the guest is not.
case_published_port() {
    only runnc
    local port
    port=$(free_port)
    run podman run -d -h web -p "127.0.0.1:$port:8080" \
        --network slirp4netns:port_handler=slirp4netns "$IMAGE" serve 8080
    expect_status 0
    await 10 fetch "http://127.0.0.1:$port/"
    equal answer "$(fetch "http://127.0.0.1:$port/")" 'I am web'
    equal file "$(fetch "http://127.0.0.1:$port/data/plain.txt")" 'plain text'
}

case_limits_are_told() {
    # Of version 1 podman asks for no limit of a user's.
    [ ! -d /sys/fs/cgroup/memory ] || not_here "cgroup2: not alone here"
    run podman run --rm -m 64m "$IMAGE" hello
    [ "$status" = 0 ] || expect_err 'cgroup'
}
