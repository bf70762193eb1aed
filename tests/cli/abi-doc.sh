# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The tables of docs/abi.md are those of the headers, and a changed header is
# noticed.
set -eu
"$ROOT/docs/make-abi" --check
mkdir -p docs bindings
cp -r "$ROOT/bindings/abi" bindings/
cp "$ROOT/docs/abi.md" "$ROOT/docs/make-abi" docs/
sed -i 's/UNI_EV_TICK = 27/UNI_EV_TICK = 26/' bindings/abi/uni_upcall.h
if docs/make-abi --check >out; then
    echo "FAIL: a changed header is not noticed"
    exit 1
fi
grep -q 'older than the headers' out
docs/make-abi
# shellcheck disable=SC2016 # backquotes of the page
grep -q '`UNI_EV_TICK` | 26 ' docs/abi.md
