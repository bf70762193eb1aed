/* SPDX-License-Identifier: Apache-2.0 */
/* newlib's does not bring the types it uses. */
#ifndef _LIBC_REGEX_H
#define _LIBC_REGEX_H
#include <sys/types.h>
#include_next <regex.h>
#endif
