# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
start "$IMAGE"
await out ready
sleep 0.3
echo first >&9
await out again
echo second >&9
finish
expect_status 0
[ "$(wc -c <out)" = 300012 ] || fail "$(wc -c <out) bytes of output"
