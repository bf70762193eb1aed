# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The tender refuses each bad image, option and device with one clear line and
# status 125; host trouble is 126; nothing of the guest ran.
set -eu
bad=0
# refuses STATUS TEXT ARGS...
refuses() {
    local want=$1 text=$2 rc=0
    shift 2
    tender "$@" >out 2>err </dev/null || rc=$?
    if [ $rc != "$want" ] || [ "$(wc -l <err)" != 1 ] || [ -s out ] ||
        ! grep -qF -e "$text" err || ! grep -q '^tender: ' err; then
        echo "FAIL: tender $*: status $rc (expected $want), expected '$text':"
        cat err
        bad=1
    fi
}
# runs STATUS ARGS...
runs() {
    local want=$1 rc=0
    shift
    tender "$@" >out 2>err </dev/null || rc=$?
    if [ $rc != "$want" ] || [ -s err ]; then
        echo "FAIL: tender $*: status $rc (expected $want):"
        cat err
        bad=1
    fi
}

"$OUT/test/tools/make-images" .
runs 7 good.uni
for says in *.says; do
    refuses 125 "${says%.says}.uni: " "${says%.says}.uni"
    refuses 125 "$(cat "$says")" "${says%.says}.uni"
done

refuses 125 'no image given'
refuses 125 'none.uni: No such file' none.uni
refuses 125 '.: not an ELF file: not a regular file' .
refuses 125 'unknown option --frob' --frob good.uni
refuses 125 'unknown option -x' -x good.uni
refuses 125 '--cage: hyperv is not seccomp or kvm' --cage=hyperv good.uni
refuses 125 '--mem needs SIZE' --mem
refuses 125 '--mem: size is 0' --mem=0 good.uni
for size in x 1X 1MM -1 '' 99999999999999999999 16777216T; do
    refuses 125 "--mem: size $size is not a number" --mem="$size" good.uni
done
refuses 125 '--mem: 137438953473 bytes, at most' --mem=137438953473 good.uni
refuses 125 'needs 134217728 bytes of memory, --mem gives' --mem=64M large.device
refuses 125 '--trace takes no value' --trace=1 good.uni
refuses 125 '--mem takes no name' --mem:x=1 good.uni
refuses 125 '--net takes a name' --net:=tap0 good.uni
refuses 125 '--env: =x is not NAME=VALUE' --env =x good.uni
refuses 125 '--conf: abc is not KEY=VALUE' --conf abc good.uni
refuses 125 '--mac: 1:2 is not like' --mac=1:2 net.device
refuses 125 'is a group address' --mac=01:00:00:00:00:01 net.device
runs 7 --mem=4096K --env A=B --env=C= --conf k=v --ip 10.0.0.2/24 -- good.uni x
runs 7 large.device
runs 7 --mem 1G good.uni -x --y

# Devices: declared and missing, given and not declared, given twice.
for class in net block stream; do
    refuses 125 "needs the $class device dev0" $class.device
    refuses 125 "--$class:x: the image declares no such" --$class:x=y $class.device
    refuses 125 "--$class=y: the image declares no device" --$class=y good.uni
    refuses 125 "device a is given twice" --$class:a=x --$class:a=y $class.device
    runs 7 $class.optional
done
refuses 125 '--mac:x: no --net gives such a device' --mac:x=02:00:00:00:00:01 net.optional
refuses 125 '--mac:dev0: no --net gives such a device' --mac:dev0=02:00:00:00:00:01 net.optional
refuses 125 '--mac: no --net gives such a device' --mac=02:00:00:00:00:01 net.optional
head -c 4096 /dev/zero >disk
head -c 4097 /dev/zero >odd
: >empty
for size in '' ,512 ,1024 ,ro ,ro,4096 ,4K; do
    runs 7 --block=disk$size block.device
done
runs 7 --block:dev0 disk block.device
cp disk 'a,b'
runs 7 '--block=a,b,ro' block.device
refuses 125 'block size 100 is not 512' --block=disk,100 block.device
refuses 125 'block size 8192 is not 512' --block=disk,8K block.device
refuses 125 'its size (4097 bytes) is not' --block=odd block.device
refuses 125 'its size (0 bytes) is not' --block=empty block.device
refuses 125 'is no file and no block device' --block=/dev/null block.device
refuses 126 'open none: No such file' --block=none block.device
exec 7<>disk 8>empty
runs 7 --block=fd:7 block.device
refuses 125 'fd:9 is not open' --block=fd:9 block.device
refuses 125 'fd:1 is the console' --block=fd:1 block.device
refuses 125 'fd:x is not a file descriptor' --block=fd:x block.device
refuses 125 'fd:7 is not a socket' --stream:dev0=fd:7 stream.device
refuses 125 'x is not fd:N' --stream:dev0=x stream.device
refuses 125 'fd:7 is no tap and no message socket' --net=fd:7 net.device
refuses 125 'is no interface name' --net=0123456789abcdef net.device
flock -x disk -c true
(
    flock -x 9
    refuses 126 'disk is in use by another guest' --block=disk block.device
    exit $bad
) 9<>disk || bad=1
refuses 126 '--core: create /nowhere/core' --core=/nowhere/core good.uni
exit $bad
