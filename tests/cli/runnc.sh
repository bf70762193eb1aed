# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# runnc's command line: what is wrong with it is one line on standard error
# output and one in the log, and ends with the status that engines expect.
set -eu
root=$PWD/state
try() { # STATUS TEXT ARGS...
    local want=$1 text=$2 rc=0
    shift 2
    rm -f log
    runnc --log "$PWD/log" --log-format json --root "$root" "$@" \
        >out 2>err || rc=$?
    if [ $rc != "$want" ]; then
        echo "runnc $*: status $rc, expected $want: $(cat err)"
        exit 1
    fi
    if [ -z "$text" ]; then
        [ ! -s err ] && [ ! -e log ] && return
        echo "runnc $*: not silent: $(cat err)"
        exit 1
    fi
    if [ "$(wc -l <err)" != 1 ] || [ "$(wc -l <log)" != 1 ] ||
        ! grep -qF -- "$text" err || ! grep -q 'level"*[:=]"*error' log; then
        echo "runnc $*: said: $(cat err log)"
        exit 1
    fi
}

# Globals, before and without a command.
try 1 'flag provided but not defined: -foo' --foo
try 1 'flag provided but not defined: -foo' --foo exec x
try 1 'flag needs an argument: -root' --root
try 1 '--log-format: xml is not text or json' --log-format=xml list
try 1 '--rootless: maybe' --rootless maybe list
try 1 '--cgroup-manager: x' --cgroup-manager x list
try 3 "No help topic for 'frobnicate'" frobnicate
try 3 "No help topic for 'frobnicate'" help frobnicate
try 0 '' help
try 0 '' help exec
grep -q -- '--cgroup VALUE' out
try 0 ''
try 0 '' --version
grep -q '^runnc version ' out
grep -qx 'spec: 1\.0\.2' out
# Help fits a screen.
runnc --help >help
[ "$(wc -l <help)" -le 40 ]
if grep '.\{81\}' help; then exit 1; fi

# Commands: what engines look for in their errors.
try 1 'create: flag provided but not defined: -keyring' create --keyring a
try 1 'requires exactly 1 argument(s), got 0' state
try 1 'requires exactly 1 argument(s), got 2' delete a b
try 1 'invalid container ID format: "../a"' state ../a
try 1 'does not exist' state nosuch
try 1 'does not exist' start nosuch
try 1 'does not exist' kill nosuch 9
try 1 'does not exist' kill nosuch 0
try 1 'unknown signal "-1"' kill nosuch -1
try 1 'unknown signal "99"' kill nosuch 99
try 1 '--preserve-fds: "x" is no number' create --preserve-fds x a
try 1 '--preserve-fds: 2, expected 0' create --preserve-fds 2 a
try 1 'does not exist' kill --all nosuch KILL
try 1 'does not exist' delete nosuch
try 0 '' delete --force nosuch
try 255 'does not exist' exec nosuch /bin/sh
try 1 'flag provided but not defined: -frob' exec --frob nosuch /bin/sh
try 1 'bundle' create --bundle "$PWD/nosuch" a
try 0 '' list -q
[ ! -s out ]
[ -z "$(ls "$root" 2>/dev/null)" ]

# A bundle that is refused leaves nothing.
mkdir -p b/rootfs
echo '{"ociVersion":"invalid","root":{"path":"rootfs"}}' >b/config.json
try 1 'ociVersion: invalid, expected 1.x.y' create --bundle b a
echo '{' >b/config.json
try 1 'config.json: line 2' run --bundle b a
rm b/config.json
try 0 '' spec --bundle b
try 1 'File config.json exists' spec --bundle b
[ -z "$(ls "$root" 2>/dev/null)" ]

# What is said of features is JSON, and true of the host's drivers.
try 0 '' features
python3 -c '
import json
f = json.load(open("out"))
assert len(f["hooks"]) == 6, f
assert f["linux"]["cgroup"] == {"v1": True, "v2": True, "systemd": True,
                                "systemdUser": False, "rdma": False}, f'
# A log that cannot be written stops nothing.
runnc --log /nosuch/log list -q
