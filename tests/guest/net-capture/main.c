/* SPDX-License-Identifier: Apache-2.0 */
/* What tshark thinks of our frames: test.sh. */
#include "../net-conf/main.c"
