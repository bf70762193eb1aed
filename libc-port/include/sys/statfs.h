/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_STATFS_H
#define _SYS_STATFS_H
#include <sys/types.h>
struct statfs {
    long f_type;
    long f_bsize;
    fsblkcnt_t f_blocks;
    fsblkcnt_t f_bfree;
    fsblkcnt_t f_bavail;
    fsfilcnt_t f_files;
    fsfilcnt_t f_ffree;
    struct {
        int __val[2];
    } f_fsid;
    long f_namelen;
    long f_frsize;
    long f_flags;
    long f_spare[4];
};
#define statfs64 statfs
#define fstatfs64 fstatfs
__BEGIN_DECLS
int statfs(const char *path, struct statfs *st);
int fstatfs(int fd, struct statfs *st);
__END_DECLS
#endif
