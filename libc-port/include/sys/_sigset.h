/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS__SIGSET_H_
#define _SYS__SIGSET_H_

typedef unsigned long __sigset_t; /* the kernel's 64 signals */

#endif
