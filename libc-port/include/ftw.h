/* SPDX-License-Identifier: Apache-2.0 */
/* File tree walk: POSIX.1-2008 <ftw.h>; values as Linux's, man 3 nftw. */
#ifndef _FTW_H
#define _FTW_H

#include <sys/cdefs.h>
#include <sys/stat.h>

enum {
    FTW_F,   /* a file */
    FTW_D,   /* a directory */
    FTW_DNR, /* a directory that can't be read */
    FTW_NS,  /* stat failed */
    FTW_SL,  /* a symbolic link */
    FTW_DP,  /* a directory after its contents (FTW_DEPTH) */
    FTW_SLN, /* a symbolic link that leads nowhere */
};
enum {
    FTW_PHYS = 1,
    FTW_MOUNT = 2,
    FTW_CHDIR = 4,
    FTW_DEPTH = 8,
    FTW_ACTIONRETVAL = 16, /* GNU: the callback's result is one of these: */
};
enum {
    FTW_CONTINUE = 0,
    FTW_STOP = 1,
    FTW_SKIP_SUBTREE = 2,
    FTW_SKIP_SIBLINGS = 3,
};

struct FTW {
    int base;  /* offset of the last component in the path */
    int level; /* depth below the start */
};

__BEGIN_DECLS
int ftw(const char *path,
        int (*visit)(const char *path, const struct stat *st, int type),
        int max_fds);
int nftw(const char *path,
         int (*visit)(const char *path, const struct stat *st, int type,
                      struct FTW *ftw),
         int max_fds, int flags);
__END_DECLS
#define ftw64 ftw
#define nftw64 nftw

#endif
