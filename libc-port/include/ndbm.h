/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's does not bring the types it uses. */
#ifndef _LIBC_NDBM_H
#define _LIBC_NDBM_H
#include <sys/types.h>
#include_next <ndbm.h>
#endif
