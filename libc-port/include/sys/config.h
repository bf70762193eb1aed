/* SPDX-License-Identifier: Apache-2.0 */
/* Choices newlib leaves to its port. */
#ifndef _LIBC_SYS_CONFIG_H
#define _LIBC_SYS_CONFIG_H

#define _READ_WRITE_RETURN_TYPE _ssize_t
#define _READ_WRITE_BUFSIZE_TYPE __SIZE_TYPE__
#define __FILENAME_MAX__ 4096
#define __BUFSIZ__ 8192

/* One struct _reent a thread, in its TLS; open files and atexit handlers
 * belong to the program. */
#define __DYNAMIC_REENT__
#ifndef _REENT_GLOBAL_ATEXIT
#define _REENT_GLOBAL_ATEXIT
#endif

/* struct tm has the two fields that all Unix systems have. */
#define __TM_GMTOFF tm_gmtoff
#define __TM_ZONE tm_zone

#include_next <sys/config.h>

#endif
