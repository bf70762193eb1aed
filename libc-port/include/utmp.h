/* SPDX-License-Identifier: Apache-2.0 */
/* The older names of <utmpx.h>. */
#ifndef _UTMP_H
#define _UTMP_H

#include <paths.h>
#include <utmpx.h>

#define utmp utmpx
#define UTMP_FILE "/var/run/utmp"
#define WTMP_FILE "/var/log/wtmp"
#define UTMP_FILENAME UTMP_FILE
#define WTMP_FILENAME WTMP_FILE
#define ut_name ut_user
#define ut_time ut_tv.tv_sec
#define ut_addr ut_addr_v6[0]
#define setutent setutxent
#define endutent endutxent
#define getutent getutxent
#define getutid getutxid
#define getutline getutxline
#define pututline pututxline
#define utmpname utmpxname
#define updwtmp updwtmpx

#endif
