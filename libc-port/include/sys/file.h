/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_FILE_H
#define _SYS_FILE_H
#include <fcntl.h>
#ifndef LOCK_SH
#define LOCK_SH 1
#define LOCK_EX 2
#define LOCK_NB 4
#define LOCK_UN 8
#endif
#define L_SET SEEK_SET
#define L_INCR SEEK_CUR
#define L_XTND SEEK_END
#ifndef R_OK
#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4
#endif
__BEGIN_DECLS
int flock(int fd, int operation);
__END_DECLS
#endif
