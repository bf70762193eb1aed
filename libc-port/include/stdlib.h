/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _LIBC_STDLIB_H
#define _LIBC_STDLIB_H
/* newlib's own, whose names programs use for theirs. */
#define itoa __newlib_itoa
#define utoa __newlib_utoa
#define atoff __newlib_atoff
#include_next <stdlib.h>
#undef itoa
#undef utoa
#undef atoff
#include <sys/types.h>
__BEGIN_DECLS
#if __MISC_VISIBLE
int clearenv(void);
int getloadavg(double averages[], int count);
char *canonicalize_file_name(const char *path);
long long strtoq(const char *text, char **end, int base);
unsigned long long strtouq(const char *text, char **end, int base);
char *ecvt(double value, int digits, int *point, int *is_negative);
char *fcvt(double value, int digits, int *point, int *is_negative);
char *gcvt(double value, int digits, char *buf);
int on_exit(void (*handler)(int, void *), void *arg);
#ifndef WEXITSTATUS /* POSIX: here too */
#define WNOHANG 1
#define WUNTRACED 2
#define WEXITSTATUS(status) (((status)&0xff00) >> 8)
#define WTERMSIG(status) ((status)&0x7f)
#define WSTOPSIG(status) WEXITSTATUS(status)
#define WIFEXITED(status) (WTERMSIG(status) == 0)
#define WIFSIGNALED(status) (((signed char)(((status)&0x7f) + 1) >> 1) > 0)
#define WIFSTOPPED(status) (((status)&0xff) == 0x7f)
#define WIFCONTINUED(status) ((status) == 0xffff)
#define WCOREDUMP(status) ((status)&0x80)
#endif
#endif
__END_DECLS
#define mkstemp64 mkstemp
#define mkostemp64 mkostemp
#endif
