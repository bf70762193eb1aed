# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# images/base/make: what it gives to an engine, which is played here; and with
# podman, where it is, an image that is built from it and converted.
set -eu
if [ ! -x /usr/bin/podman ] || [ "$(id -u)" != 0 ]; then
    echo "no podman, or not as root"
    exit 77
fi
mkdir bin
cat >bin/engine <<'S'
#!/bin/sh
echo "engine $*" | sed 's/ \.$//'
grep -h '^FROM\|^COPY\|^STOPSIGNAL' Dockerfile*
if [ -d rootfs ]; then (cd rootfs && find . ! -type f -printf '%p %M\n' | sort); fi
if [ -d septum ]; then (cd septum && ls); fi
S
chmod +x bin/engine
export PATH=$PWD/bin:$PATH
make=$ROOT/images/base/make
"$make" engine
TAG=7 "$make" engine build
"$make" engine other 2>&1 || echo "status $?"
"$make" no-such-engine 2>&1 || echo "status $?"
"$make" --help

# A world of its own, without network and without mounts of its own.
cat >bin/podman <<S
#!/bin/sh
exec /usr/bin/podman --root $PWD/store --runroot $PWD/run \
    --storage-driver vfs --events-backend none "\$@"
S
chmod +x bin/podman
BUILD_ARGS="--isolation chroot" "$make" podman >log 2>&1 || {
    echo "podman can't build here: $(tail -n 1 log)"
    exit 77
}
echo "# with podman"
echo 'int puts(const char *s); int main(void) { return puts("ran") < 0; }' >app.c
uni-build -o app.uni app.c
printf '%s\n' 'FROM septum/base' 'COPY app.uni /app.uni' 'USER app' \
    'ENTRYPOINT ["/app.uni"]' >Dockerfile
podman build --isolation chroot -t app -f Dockerfile . >log 2>&1 || cat log
uni-image convert podman:app out.uni
tender out.uni
uni-image inspect out.uni | grep 'user: '
uni-image cat out.uni /etc/passwd
uni-image convert podman:app podman:again
uni-image convert podman:localhost/again two.uni
tender two.uni
uni-image convert podman:nothing x.uni 2>/dev/null || echo "status $?"
podman rmi -af >log 2>&1 || cat log
