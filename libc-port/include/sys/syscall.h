/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_SYSCALL_H
#define _SYS_SYSCALL_H
/* The few numbers that programs pass to syscall(); others give ENOSYS. */
#define SYS_gettid 186
#define SYS_futex 202
#define SYS_getrandom 318
#define __NR_gettid SYS_gettid
#define __NR_futex SYS_futex
#define __NR_getrandom SYS_getrandom
#endif
