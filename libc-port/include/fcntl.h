/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _FCNTL_H_
#define _FCNTL_H_
#include <sys/_default_fcntl.h>
#include <sys/stat.h>
#endif
