# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Every tool's --help fits a screen and begins with its usage; --version
# names it; its manual page has no errors; what is unknown is refused.
set -eu
bad=0
say() {
    echo "$*"
    bad=1
}
for path in "$OUT"/bin/*; do
    tool=$(basename "$path")
    page=$ROOT/docs/man/$tool.1
    case $tool in x86_64-*) continue ;; esac
    "$tool" --help >help 2>err || say "$tool --help: status $?"
    [ ! -s err ] || say "$tool --help: speaks on standard error"
    grep -q "^[Uu]sage: $tool" help || say "$tool --help: no usage"
    [ "$(wc -l <help)" -le 40 ] || say "$tool --help: $(wc -l <help) lines"
    [ "$(wc -L <help)" -le 80 ] || say "$tool --help: $(wc -L <help) columns"
    [ "$tool" = uni-ranlib ] && continue # on the page of uni-ar
    [ -f "$page" ] || { say "$tool: no manual page"; continue; }
    (cd "$ROOT/docs" && groff -man -Tutf8 -ww -z "man/$tool.1") 2>err || :
    [ ! -s err ] || say "$tool.1: $(head -1 err)"
done
for tool in uni-build uni-image uni-inspect uni-run uni-binfmt tender; do
    "$tool" --version | grep -q "^$tool.* [0-9]*\.[0-9]" || say "$tool --version"
done
for page in "$ROOT"/docs/man/*.1; do
    grep -Eq '^\.SH "?EXIT STATUS' "$page" || say "$page: no exit status"
done
septum-dns 2>err && say "septum-dns: runs without a server"
grep -qx 'septum-dns: .*--help.*' err || say "septum-dns: $(cat err)"
septum-dns nowhere 2>err && say "septum-dns: asks a server without an address"
grep -qx 'septum-dns: nowhere: .*' err || say "septum-dns: $(cat err)"
exit $bad
