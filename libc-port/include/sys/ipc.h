/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_IPC_H
#define _SYS_IPC_H
#include <sys/types.h>
__BEGIN_DECLS
key_t ftok(const char *path, int id);
__END_DECLS
#endif
