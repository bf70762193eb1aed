/* SPDX-License-Identifier: Apache-2.0 */
/* Futex operations; man 2 futex, include/uapi/linux/futex.h */
#ifndef LIBOS_FUTEX_H
#define LIBOS_FUTEX_H

enum linux_futex_op {
    LINUX_FUTEX_WAIT = 0,
    LINUX_FUTEX_WAKE = 1,
    LINUX_FUTEX_REQUEUE = 3,
    LINUX_FUTEX_CMP_REQUEUE = 4,
    LINUX_FUTEX_WAKE_OP = 5,
    LINUX_FUTEX_WAIT_BITSET = 9,
    LINUX_FUTEX_WAKE_BITSET = 10,
    LINUX_FUTEX_PRIVATE_FLAG = 128,
    LINUX_FUTEX_CLOCK_REALTIME = 256,
};

#endif
