# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What `make install` makes works where it is put, and where it is moved.
set -eu
"$ROOT/build-tools/install" "$PWD/dest/usr/local" "$OUT"
mv dest moved
echo 'int main(void) { return 7; }' >app.c
mkdir work
export PATH=$PWD/moved/usr/local/bin:/usr/bin:/bin
for tool in uni-cc uni-build uni-run tender uni-inspect x86_64-septum-elf-gcc; do
    case $(command -v $tool) in
    "$PWD"/moved/*) ;;
    *) echo "$tool: $(command -v $tool)"; exit 1 ;;
    esac
done
uni-build -o app.uni app.c
x86_64-septum-elf-gcc app.c -o app2.uni
cmp app.uni app2.uni
rc=0
uni-run app.uni || rc=$?
echo "status $rc"
if uni-pkg-config --exists zlib; then echo "a package of the host"; fi
ls moved/usr/local moved/usr/local/lib
for tool in moved/usr/local/bin/*; do
    name=$(basename "$tool")
    case $name in x86_64-*) continue ;; esac
    [ -f "moved/usr/local/share/man/man1/$name.1" ] || echo "$name: no page"
done
