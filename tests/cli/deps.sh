# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# deps: silent when all is there; without root and sudo it prints the exact
# command and fails. dpkg-query and apt-get are played here.
# shellcheck disable=SC2016 # scripts in quotes
set -eu
mkdir bin
for tool in awk tr sh dash env; do
    ln -s "$(command -v $tool)" bin/$tool
done
play() {
    printf '#!/bin/sh\n%s\n' "$2" >"bin/$1"
    chmod +x "bin/$1"
}
deps() {
    local rc=0
    PATH=$PWD/bin "$ROOT/build-tools/deps" "$@" >out 2>&1 </dev/null || rc=$?
    cat out
    echo "status $rc"
}
all='for p; do case $p in -*|*db:*) ;; *) echo "installed $p" ;; esac; done'
play dpkg-query "$all"
play id 'echo 1000'
echo "# all is there"
deps build check bench demo

echo "# something is missing, no root"
play dpkg-query "$all | grep -v 'libelf-dev\|gcc'; exit 1"
ln -s "$(command -v grep)" bin/grep
deps build

echo "# a sudo that asks for a password, and no terminal"
play sudo 'exit 1'
deps build

echo "# a sudo that does not"
play sudo '[ "$1" = -n ] || "$@"'
play apt-get 'echo "apt-get $*"'
deps build

echo "# root, and apt-get fails"
play id 'echo 0'
play apt-get 'echo "apt-get $*"; [ "$2" = update ]'
deps build

echo "# other"
deps
deps everything
