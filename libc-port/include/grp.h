/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SEPTUM_GRP_H
#define _SEPTUM_GRP_H

#include_next <grp.h>

__BEGIN_DECLS
int getgrouplist(const char *user, gid_t first, gid_t *list, int *count);
int setgroups(size_t count, const gid_t *list);
int initgroups(const char *user, gid_t first);
__END_DECLS

#endif
