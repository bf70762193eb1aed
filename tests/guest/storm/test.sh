# SPDX-License-Identifier: Apache-2.0
# Signals from outside all the while.
start "$IMAGE"
await out ready
while kill -USR1 "$pid" 2>/dev/null && kill -USR2 "$pid" 2>/dev/null; do
    kill -WINCH "$pid" 2>/dev/null
done
finish
cat out err
expect_status 0
