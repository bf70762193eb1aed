/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of septum-9p. */
#ifndef VOLUMES_OPTIONS_H
#define VOLUMES_OPTIONS_H

#include "common/err.h"
#include "runnc/volumes/confine.h"

#define SHARE_MAX EXPORT_MAX

struct share {
    const char *path;  /* on the host; its aname too */
    const char *mount; /* in the guest; --volume only */
    bool is_readonly;
    bool is_one_fs;
};

struct options {
    struct share share[SHARE_MAX];
    unsigned share_count;
    int stream, tty; /* or -1 */
    struct identity identity;
    bool wants_tty, is_help, is_version;
    char **command; /* the tender's argv, or NULL */
};

int options_parse(struct options *options, int argc, char **argv,
                  struct err *err);
void options_help(void);
/* "--conf=mount=..." for the guest, or NULL without memory. */
char *options_conf(const struct share *share);

#endif
