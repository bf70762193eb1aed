/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SYS_SYSINFO_H
#define _SYS_SYSINFO_H
#include <sys/cdefs.h>
struct sysinfo {
    long uptime;
    unsigned long loads[3];
    unsigned long totalram;
    unsigned long freeram;
    unsigned long sharedram;
    unsigned long bufferram;
    unsigned long totalswap;
    unsigned long freeswap;
    unsigned short procs;
    unsigned short pad;
    unsigned long totalhigh;
    unsigned long freehigh;
    unsigned mem_unit;
    char _f[4];
};
#define SI_LOAD_SHIFT 16
__BEGIN_DECLS
int sysinfo(struct sysinfo *info);
int get_nprocs(void);
int get_nprocs_conf(void);
long get_phys_pages(void);
long get_avphys_pages(void);
__END_DECLS
#endif
