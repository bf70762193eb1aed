/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _DIRENT_H_
#define _DIRENT_H_

#include <sys/dirent.h>

__BEGIN_DECLS
DIR *opendir(const char *path);
DIR *fdopendir(int fd);
int closedir(DIR *dir);
struct dirent *readdir(DIR *dir);
int readdir_r(DIR *__restrict dir, struct dirent *__restrict entry,
              struct dirent **__restrict result);
void rewinddir(DIR *dir);
void seekdir(DIR *dir, long position);
long telldir(DIR *dir);
int dirfd(DIR *dir);
int scandir(const char *path, struct dirent ***list,
            int (*select)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **));
int scandirat(int dirfd, const char *path, struct dirent ***list,
              int (*select)(const struct dirent *),
              int (*compare)(const struct dirent **, const struct dirent **));
int alphasort(const struct dirent **a, const struct dirent **b);
int versionsort(const struct dirent **a, const struct dirent **b);
ssize_t getdents64(int fd, void *buf, size_t len);
__END_DECLS

#endif
