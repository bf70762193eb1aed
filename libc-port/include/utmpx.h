/* SPDX-License-Identifier: Apache-2.0 */
/* Who is logged in: POSIX.1-2008 <utmpx.h>, man 5 utmp. Nobody ever is: the
 * lists are empty, and pututxline fails with EPERM. */
#ifndef _UTMPX_H
#define _UTMPX_H

#include <sys/time.h>
#include <sys/types.h>

#define EMPTY 0
#define RUN_LVL 1
#define BOOT_TIME 2
#define NEW_TIME 3
#define OLD_TIME 4
#define INIT_PROCESS 5
#define LOGIN_PROCESS 6
#define USER_PROCESS 7
#define DEAD_PROCESS 8
#define ACCOUNTING 9
#define UT_LINESIZE 32
#define UT_NAMESIZE 32
#define UT_HOSTSIZE 256

struct __exit_status {
    short e_termination;
    short e_exit;
};

struct utmpx {
    short ut_type;
    pid_t ut_pid;
    char ut_line[UT_LINESIZE];
    char ut_id[4];
    char ut_user[UT_NAMESIZE];
    char ut_host[UT_HOSTSIZE];
    struct __exit_status ut_exit;
    int ut_session;
    struct {
        int tv_sec;
        int tv_usec;
    } ut_tv;
    int ut_addr_v6[4];
    char __pad[20];
};

__BEGIN_DECLS
void setutxent(void);
void endutxent(void);
struct utmpx *getutxent(void);
struct utmpx *getutxid(const struct utmpx *entry);
struct utmpx *getutxline(const struct utmpx *entry);
struct utmpx *pututxline(const struct utmpx *entry);
int utmpxname(const char *path);
void updwtmpx(const char *path, const struct utmpx *entry);
__END_DECLS

#endif
