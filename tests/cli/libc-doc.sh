# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# docs/libc.md is what docs/make-libc makes of the sources now.
set -eu
"$ROOT/docs/make-libc" "$OUT" >libc.md
diff "$ROOT/docs/libc.md" libc.md
