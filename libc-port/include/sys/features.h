/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feature test macros: what the program asks for (man 7 feature_test_macros)
 * becomes newlib's __*_VISIBLE, with the defaults that programs written for
 * Linux know: nothing asked, or no strict C: POSIX.1-2008 and the usual
 * extensions.
 */
#ifndef _SYS_FEATURES_H
#define _SYS_FEATURES_H

#include <_newlib_version.h>

#ifndef __septum__
#define __septum__ 1
#endif

#ifdef __GNUC__
#define __GNUC_PREREQ(major, minor)                                            \
    ((__GNUC__ << 16) + __GNUC_MINOR__ >= ((major) << 16) + (minor))
#else
#define __GNUC_PREREQ(major, minor) 0
#endif
#define __GNUC_PREREQ__(major, minor) __GNUC_PREREQ(major, minor)
#define __NEWLIB_PREREQ(major, minor)                                          \
    ((__NEWLIB__ << 16) + __NEWLIB_MINOR__ >= ((major) << 16) + (minor))

#ifdef _GNU_SOURCE
#undef _ISOC99_SOURCE
#define _ISOC99_SOURCE 1
#undef _ISOC11_SOURCE
#define _ISOC11_SOURCE 1
#undef _POSIX_SOURCE
#define _POSIX_SOURCE 1
#undef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#undef _XOPEN_SOURCE
#define _XOPEN_SOURCE 700
#undef _XOPEN_SOURCE_EXTENDED
#define _XOPEN_SOURCE_EXTENDED 1
#undef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#undef _ATFILE_SOURCE
#define _ATFILE_SOURCE 1
#endif

#if defined(_BSD_SOURCE) || defined(_SVID_SOURCE) ||                           \
    (!defined(__STRICT_ANSI__) && !defined(_ISOC99_SOURCE) &&                  \
     !defined(_ISOC11_SOURCE) && !defined(_POSIX_SOURCE) &&                    \
     !defined(_POSIX_C_SOURCE) && !defined(_XOPEN_SOURCE))
#undef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE 1
#endif

#if !defined(_POSIX_C_SOURCE) &&                                               \
    (defined(_DEFAULT_SOURCE) || defined(_XOPEN_SOURCE) ||                     \
     !defined(__STRICT_ANSI__))
#if defined(_DEFAULT_SOURCE) || !defined(_XOPEN_SOURCE) ||                     \
    (_XOPEN_SOURCE - 0) >= 700
#define _POSIX_C_SOURCE 200809L
#elif (_XOPEN_SOURCE - 0) >= 600
#define _POSIX_C_SOURCE 200112L
#elif (_XOPEN_SOURCE - 0) >= 500
#define _POSIX_C_SOURCE 199506L
#else
#define _POSIX_C_SOURCE 2
#endif
#endif
#if defined(_POSIX_C_SOURCE) && !defined(_POSIX_SOURCE)
#define _POSIX_SOURCE 1
#endif

#if (_POSIX_C_SOURCE - 0) >= 200809L
#define __POSIX_VISIBLE 200809
#undef _ATFILE_SOURCE
#define _ATFILE_SOURCE 1
#elif (_POSIX_C_SOURCE - 0) >= 200112L
#define __POSIX_VISIBLE 200112
#elif (_POSIX_C_SOURCE - 0) >= 199506L
#define __POSIX_VISIBLE 199506
#elif (_POSIX_C_SOURCE - 0) >= 199309L
#define __POSIX_VISIBLE 199309
#elif (_POSIX_C_SOURCE - 0) >= 2
#define __POSIX_VISIBLE 199209
#elif defined(_POSIX_SOURCE)
#define __POSIX_VISIBLE 199009
#else
#define __POSIX_VISIBLE 0
#endif

#if defined(_XOPEN_SOURCE)
#if (_XOPEN_SOURCE - 0) >= 700
#define __XSI_VISIBLE 700
#elif (_XOPEN_SOURCE - 0) >= 600
#define __XSI_VISIBLE 600
#elif (_XOPEN_SOURCE - 0) >= 500
#define __XSI_VISIBLE 500
#elif defined(_XOPEN_SOURCE_EXTENDED)
#define __XSI_VISIBLE 4
#else
#define __XSI_VISIBLE 1
#endif
#elif defined(_DEFAULT_SOURCE) && !defined(_COMPILING_NEWLIB)
#define __XSI_VISIBLE 700
#else
#define __XSI_VISIBLE 0
#endif

#if defined(_ISOC11_SOURCE) || (__STDC_VERSION__ - 0) >= 201112L ||            \
    (__cplusplus - 0) >= 201103L
#define __ISO_C_VISIBLE 2011
#elif defined(_ISOC99_SOURCE) || (_POSIX_C_SOURCE - 0) >= 200112L ||           \
    (__STDC_VERSION__ - 0) >= 199901L || defined(__cplusplus)
#define __ISO_C_VISIBLE 1999
#else
#define __ISO_C_VISIBLE 1990
#endif

#ifdef _DEFAULT_SOURCE
#define __BSD_VISIBLE 1
#define __SVID_VISIBLE 1
#define __MISC_VISIBLE 1
#else
#define __BSD_VISIBLE 0
#define __SVID_VISIBLE 0
#define __MISC_VISIBLE 0
#endif
#ifdef _GNU_SOURCE
#define __GNU_VISIBLE 1
#else
#define __GNU_VISIBLE 0
#endif
#ifdef _ATFILE_SOURCE
#define __ATFILE_VISIBLE 1
#else
#define __ATFILE_VISIBLE 0
#endif
#if defined(_LARGEFILE_SOURCE) || __XSI_VISIBLE >= 500 || __POSIX_VISIBLE
#define __LARGEFILE_VISIBLE 1
#else
#define __LARGEFILE_VISIBLE 0
#endif
#define __SSP_FORTIFY_LEVEL 0

/* What this system has, as <unistd.h> of POSIX says it; newlib's headers
 * look at some of these. */
#define _POSIX_VERSION 200809L
#define _POSIX2_VERSION 200809L
#define _POSIX2_C_VERSION 200809L
#define _POSIX2_C_BIND 200809L
#define _XOPEN_VERSION 700
#define _XOPEN_UNIX 1
#define _POSIX_ADVISORY_INFO 200809L
#define _POSIX_BARRIERS 200809L
#define _POSIX_CHOWN_RESTRICTED 0
#define _POSIX_CLOCK_SELECTION 200809L
#define _POSIX_CPUTIME 200809L
#define _POSIX_FSYNC 200809L
#define _POSIX_JOB_CONTROL 1
#define _POSIX_MAPPED_FILES 200809L
#define _POSIX_MONOTONIC_CLOCK 200809L
#define _POSIX_NO_TRUNC 1
#define _POSIX_PRIORITY_SCHEDULING 200809L
#define _POSIX_READER_WRITER_LOCKS 200809L
#define _POSIX_REALTIME_SIGNALS 200809L
#define _POSIX_REGEXP 1
#define _POSIX_SAVED_IDS 1
#define _POSIX_SEMAPHORES 200809L
#define _POSIX_SPIN_LOCKS 200809L
#define _POSIX_SYNCHRONIZED_IO 200809L
#define _POSIX_THREADS 200809L
#define _POSIX_THREAD_ATTR_STACKADDR 200809L
#define _POSIX_THREAD_ATTR_STACKSIZE 200809L
#define _POSIX_THREAD_CPUTIME 200809L
#define _POSIX_THREAD_PRIORITY_SCHEDULING 200809L
#define _POSIX_THREAD_PROCESS_SHARED 200809L
#define _POSIX_THREAD_SAFE_FUNCTIONS 200809L
#define _UNIX98_THREAD_MUTEX_ATTRIBUTES 1
#define _POSIX_TIMEOUTS 200809L
#define _POSIX_TIMERS 200809L
#define _POSIX_VDISABLE '\0'

#endif
