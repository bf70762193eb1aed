/* SPDX-License-Identifier: Apache-2.0 */
/* Subcommands: main.c parses, one function each acts. */
#ifndef RUNNC_CMD_H
#define RUNNC_CMD_H

#include "runnc/runnc.h"

#define CMD_LIST_MAX 256u /* --env and the like */

struct cmd_list {
    const char *at[CMD_LIST_MAX];
    size_t count;
};

/* Every option of every subcommand; what was not given is NULL or false. */
struct cmd_opts {
    const char *bundle, *pid_file, *console_socket, *preserve_fds;
    const char *process, *format, *interval, *resources, *signal;
    const char *cwd, *user, *apparmor, *label, *spec_file;
    /* update, one resource each */
    const char *blkio_weight, *cpu_period, *cpu_quota, *cpu_burst, *cpu_share;
    const char *cpu_rt_period, *cpu_rt_runtime, *cpuset_cpus, *cpuset_mems;
    const char *memory, *memory_reservation, *memory_swap, *pids_limit;
    const char *cpu_idle, *kernel_memory, *kernel_memory_tcp;
    const char *l3_cache, *mem_bandwidth;
    struct cmd_list env, gids, caps, cgroups;
    bool no_pivot, no_new_keyring, no_subreaper, detach, keep, force, all;
    bool quiet, stats, tty, no_new_privs, ignore_paused, rootless, help;
};

struct cmd {
    const struct globals *globals;
    struct cmd_opts opts;
    char **args; /* after the options, NULL at the end */
    int arg_count;
};

/* A file, or with "-" standard input, of at most 1 MiB; a NUL follows. The
 * caller frees *text. Returns its bytes. */
int cmd_read(const char *path, char **text, struct err *err);

/* Each returns the exit status, or -err->code. */
typedef int cmd_fn(struct cmd *cmd, struct err *err);
cmd_fn cmd_create, cmd_delete, cmd_events, cmd_exec, cmd_features, cmd_kill;
cmd_fn cmd_list, cmd_pause, cmd_ps, cmd_resume, cmd_run, cmd_spec, cmd_start;
cmd_fn cmd_state, cmd_update;

#endif
