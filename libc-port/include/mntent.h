/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of mounted file systems: man 3 getmntent. */
#ifndef _MNTENT_H
#define _MNTENT_H

#include <stdio.h>

#define MOUNTED "/proc/mounts"
#define _PATH_MOUNTED MOUNTED
#define MNTTAB "/etc/fstab"
#define MNTTYPE_IGNORE "ignore"
#define MNTTYPE_NFS "nfs"
#define MNTTYPE_SWAP "swap"
#define MNTOPT_DEFAULTS "defaults"
#define MNTOPT_RO "ro"
#define MNTOPT_RW "rw"
#define MNTOPT_SUID "suid"
#define MNTOPT_NOSUID "nosuid"
#define MNTOPT_NOAUTO "noauto"

struct mntent {
    char *mnt_fsname;
    char *mnt_dir;
    char *mnt_type;
    char *mnt_opts;
    int mnt_freq;
    int mnt_passno;
};

__BEGIN_DECLS
FILE *setmntent(const char *path, const char *mode);
struct mntent *getmntent(FILE *stream);
struct mntent *getmntent_r(FILE *__restrict stream,
                           struct mntent *__restrict entry,
                           char *__restrict buf, int size);
int addmntent(FILE *__restrict stream, const struct mntent *__restrict entry);
int endmntent(FILE *stream);
char *hasmntopt(const struct mntent *entry, const char *option);
__END_DECLS

#endif
