# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154 # $pid: guest-run
start "$IMAGE"
await out '^ready$'
sleep 0.3
kill -TERM "$pid"
finish
expect_status 0
expect_out '^signal 15 after some ticks$'
