/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_STDIO_H
#define _LIBC_STDIO_H
#include_next <stdio.h>
#include <sys/types.h>
#undef L_tmpnam
#define L_tmpnam 20
#undef TMP_MAX
#define TMP_MAX 238328
#ifndef P_tmpdir
#define P_tmpdir "/tmp"
#endif
#undef L_ctermid
#define L_ctermid 9
#undef L_cuserid
#define L_cuserid 9
#define fopen64 fopen
#define freopen64 freopen
#define tmpfile64 tmpfile
#define fseeko64 fseeko
#define ftello64 ftello
#define fpos64_t fpos_t
#define fgetpos64 fgetpos
#define fsetpos64 fsetpos
__BEGIN_DECLS
#if __ATFILE_VISIBLE
int renameat(int from_fd, const char *from, int to_fd, const char *to);
#endif
#if __GNU_VISIBLE
int renameat2(int from_fd, const char *from, int to_fd, const char *to,
              unsigned flags);
#define RENAME_NOREPLACE 1
#define RENAME_EXCHANGE 2
#endif
#if __POSIX_VISIBLE
ssize_t getline(char **line, size_t *size, FILE *stream);
ssize_t getdelim(char **line, size_t *size, int delimiter, FILE *stream);
char *tmpnam_r(char *name);
char *ctermid(char *name);
int pclose(FILE *stream);
FILE *popen(const char *command, const char *mode);
#endif
__END_DECLS
#endif
