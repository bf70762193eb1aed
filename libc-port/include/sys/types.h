/* SPDX-License-Identifier: Apache-2.0 */
/*
 * POSIX's basic types with Linux x86-64's sizes. Each has the guard that
 * newlib's headers use, for many of them declare one or two on their own.
 * <sys/select.h> comes last: a package that replaces it (gnulib does) pulls
 * in <sys/time.h> and <signal.h> there, which need all of these.
 */
#ifndef _SYS_TYPES_H
#define _SYS_TYPES_H

#include <sys/cdefs.h>
#include <sys/features.h>
#include <sys/_types.h>
#include <sys/_stdint.h>
#include <sys/_pthreadtypes.h>
#include <sys/_sigset.h>
#include <machine/endian.h>

#define _BLKCNT_T_DECLARED
typedef __blkcnt_t blkcnt_t;
#define _BLKSIZE_T_DECLARED
typedef __blksize_t blksize_t;
#define __clock_t_defined
#define _CLOCK_T_DECLARED
typedef __clock_t clock_t;
#define __clockid_t_defined
#define _CLOCKID_T_DECLARED
typedef __clockid_t clockid_t;
#define _DEV_T_DECLARED
typedef __dev_t dev_t;
#define _FSBLKCNT_T_DECLARED
typedef __fsblkcnt_t fsblkcnt_t;
typedef __fsfilcnt_t fsfilcnt_t;
#define _GID_T_DECLARED
typedef __gid_t gid_t;
#define _ID_T_DECLARED
typedef __id_t id_t;
#define _INO_T_DECLARED
typedef __ino_t ino_t;
#define _KEY_T_DECLARED
typedef __key_t key_t;
#define _MODE_T_DECLARED
typedef __mode_t mode_t;
#define _NLINK_T_DECLARED
typedef __nlink_t nlink_t;
#define _OFF_T_DECLARED
typedef __off_t off_t;
#define _PID_T_DECLARED
typedef __pid_t pid_t;
#define _SSIZE_T_DECLARED
typedef _ssize_t ssize_t;
#define _SUSECONDS_T_DECLARED
typedef __suseconds_t suseconds_t;
#define __time_t_defined
#define _TIME_T_DECLARED
typedef __time_t time_t;
#define __timer_t_defined
#define _TIMER_T_DECLARED
typedef __timer_t timer_t;
#define _UID_T_DECLARED
typedef __uid_t uid_t;
#define _USECONDS_T_DECLARED
typedef __useconds_t useconds_t;

#if __BSD_VISIBLE
#define _IN_ADDR_T_DECLARED
typedef __uint32_t in_addr_t;
#define _IN_PORT_T_DECLARED
typedef __uint16_t in_port_t;
#endif

#if __MISC_VISIBLE
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;
typedef __uint8_t u_int8_t;
typedef __uint16_t u_int16_t;
typedef __uint32_t u_int32_t;
typedef __uint64_t u_int64_t;
typedef long register_t;
#define __daddr_t_defined
typedef long daddr_t;
#define __caddr_t_defined
typedef char *caddr_t;
typedef long loff_t;
typedef struct {
    int __val[2];
} fsid_t;
#ifndef _LIBC_QUAD_T
#define _LIBC_QUAD_T
typedef long quad_t;
typedef unsigned long u_quad_t;
#endif
#include <sys/sysmacros.h>
#endif

#if __GNU_VISIBLE || defined(_LARGEFILE64_SOURCE)
typedef long off64_t;
typedef unsigned long ino64_t;
typedef long blkcnt64_t;
typedef unsigned long fsblkcnt64_t;
typedef unsigned long fsfilcnt64_t;
#endif

#if __BSD_VISIBLE
#include <sys/select.h>
#endif

#endif
