/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_STDIO_H
#define _LIBC_STDIO_H
/* newlib's own, whose names programs use for theirs. */
#define iprintf __newlib_iprintf
#define fiprintf __newlib_fiprintf
#define siprintf __newlib_siprintf
#define sniprintf __newlib_sniprintf
#define viprintf __newlib_viprintf
#define vfiprintf __newlib_vfiprintf
#define vsiprintf __newlib_vsiprintf
#define vsniprintf __newlib_vsniprintf
#define asiprintf __newlib_asiprintf
#define vasiprintf __newlib_vasiprintf
#define diprintf __newlib_diprintf
#define vdiprintf __newlib_vdiprintf
#define iscanf __newlib_iscanf
#define fiscanf __newlib_fiscanf
#define siscanf __newlib_siscanf
#define viscanf __newlib_viscanf
#define vfiscanf __newlib_vfiscanf
#define vsiscanf __newlib_vsiscanf
#include_next <stdio.h>
#undef iprintf
#undef fiprintf
#undef siprintf
#undef sniprintf
#undef viprintf
#undef vfiprintf
#undef vsiprintf
#undef vsniprintf
#undef asiprintf
#undef vasiprintf
#undef diprintf
#undef vdiprintf
#undef iscanf
#undef fiscanf
#undef siscanf
#undef viscanf
#undef vfiscanf
#undef vsiscanf
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
