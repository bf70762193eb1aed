# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A containerd of our own, as containerd.sh and cri.sh want it.
SOCK=/run/containerd-test/sock

# bridge_conf FOLDER SUBNET: CNI's bridge is the network there.
bridge_conf() {
    mkdir -p "$1"
    cat >"$1/10-test.conflist" <<END
{"cniVersion": "0.4.0", "name": "test", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true,
   "ipam": {"type": "host-local", "subnet": "$2",
            "routes": [{"dst": "0.0.0.0/0"}]}}]}
END
}

# containerd_start: stdin is what its configuration has beside the paths.
containerd_start() {
    mkdir -p "$WORLD/containerd"
    {
        cat <<END
version = 2
root = "$WORLD/containerd/root"
state = "/run/containerd-test"
END
        cat
        printf '[grpc]\naddress = "%s"\n' "$SOCK"
    } >"$WORLD/containerd.toml"
    setsid containerd -c "$WORLD/containerd.toml" \
        >"$WORLD/containerd.log" 2>&1 </dev/null &
    echo $! >"$WORLD/containerd.pid"
}

engine_stop() {
    local pid
    pid=$(cat "$WORLD/containerd.pid")
    kill -TERM "$pid"
    await 30 eval "! kill -0 $pid"
}
engine_log() { tail -n 30 "$WORLD/containerd.log"; }
