# SPDX-License-Identifier: Apache-2.0
# 10,000 host signals against poll.
check "$TOOLS/signal-ping" 10000 10 "$TENDER" --cage="$CAGE" "$IMAGE"
