/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_SENDFILE_H
#define _SYS_SENDFILE_H
#include <sys/types.h>
__BEGIN_DECLS
ssize_t sendfile(int out_fd, int in_fd, off_t *offset, size_t count);
__END_DECLS
#define sendfile64 sendfile
#endif
