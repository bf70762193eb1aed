/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _UNISTD_H_
#define _UNISTD_H_
#include <sys/unistd.h>
#endif
