/* SPDX-License-Identifier: Apache-2.0 */
#ifndef __ERRNO_H__
#define __ERRNO_H__

#include <sys/errno.h>

#ifndef __error_t_defined
#define __error_t_defined 1
typedef int error_t;
#endif

#endif
