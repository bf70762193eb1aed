/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec: all that it would need is parsed and checked, whichever way it was
 * given; then the last step is missing.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runnc/cmd.h"
#include "runnc/json.h"
#include "runnc/spec.h"
#include "runnc/spec_parts.h"
#include "runnc/state.h"

/* One decimal number from 0, up to `stop`. */
static int take_id(const char *text, char stop, const char *option,
                   json_t **number, const char **rest, struct err *err)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || errno || value > UINT_MAX - 1 ||
        (*end && *end != stop))
        return err_refuse(err, "--%s: \"%.40s\" is no number", option, text);
    *number = json_integer((json_int_t)value);
    *rest = *end ? end + 1 : NULL;
    return 0;
}

static int add_user(json_t *process, const struct cmd_opts *opts,
                    struct err *err)
{
    json_t *user = json_object(), *gids = json_array(), *number;
    const char *rest = NULL;

    json_object_set_new(process, "user", user);
    json_object_set_new(user, "additionalGids", gids);
    if (opts->user) {
        if (take_id(opts->user, ':', "user", &number, &rest, err) < 0)
            return -err->code;
        json_object_set_new(user, "uid", number);
    }
    if (rest) {
        if (take_id(rest, 0, "user", &number, &rest, err) < 0)
            return -err->code;
        json_object_set_new(user, "gid", number);
    }
    for (size_t i = 0; i < opts->gids.count; i++) {
        if (take_id(opts->gids.at[i], 0, "additional-gids", &number, &rest,
                    err) < 0)
            return -err->code;
        json_array_append_new(gids, number);
    }
    return 0;
}

static json_t *strings(const struct cmd_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(array, json_string(list->at[i]));
    return array;
}

/* The options for people, as the process that engines send. */
static json_t *from_options(const struct cmd *cmd, struct err *err)
{
    const struct cmd_opts *opts = &cmd->opts;
    json_t *process = json_object(), *args = json_array();

    json_object_set_new(process, "args", args);
    for (int i = 1; i < cmd->arg_count; i++)
        json_array_append_new(args, json_string(cmd->args[i]));
    json_object_set_new(process, "cwd",
                        json_string(opts->cwd ? opts->cwd : "/"));
    json_object_set_new(process, "env", strings(&opts->env));
    json_object_set_new(process, "terminal", json_boolean(opts->tty));
    json_object_set_new(process, "capabilities",
                        json_pack("{s:o}", "permitted", strings(&opts->caps)));
    if (opts->apparmor)
        json_object_set_new(process, "apparmorProfile",
                            json_string(opts->apparmor));
    if (opts->label)
        json_object_set_new(process, "selinuxLabel", json_string(opts->label));
    if (add_user(process, opts, err) < 0) {
        json_decref(process);
        return NULL;
    }
    return process;
}

static int check_state(const struct container *container,
                       const struct cmd_opts *opts, struct err *err)
{
    if (container->status == STATUS_PAUSED && !opts->ignore_paused)
        return err_refuse(err, "cannot exec in a paused container (use "
                               "--ignore-paused to override)");
    if (container->status == STATUS_STOPPED ||
        container->status == STATUS_CREATING)
        return err_refuse(err, "cannot exec in a %s container",
                          status_name(container->status));
    return 0;
}

/* Who would get the terminal? As runc has it. */
static int check_terminal(const struct spec_process *process,
                          const struct cmd_opts *opts, struct err *err)
{
    struct stat st;
    if (process->has_terminal && opts->detach && !opts->console_socket)
        return err_refuse(err, "exec: a terminal of a detached process needs "
                               "--console-socket");
    if (opts->console_socket && !(process->has_terminal && opts->detach))
        return err_refuse(err, "exec: --console-socket is only for a terminal "
                               "of a detached process");
    if (opts->console_socket &&
        (stat(opts->console_socket, &st) < 0 || !S_ISSOCK(st.st_mode)))
        return err_refuse(err, "exec: --console-socket: %s is no socket",
                          opts->console_socket);
    return 0;
}

int cmd_exec(struct cmd *cmd, struct err *err)
{
    static struct container container;
    static struct spec_process process;
    json_t *json;

    if (state_look(&container, cmd->globals, cmd->args[0], err) < 0 ||
        check_state(&container, &cmd->opts, err) < 0)
        return -err->code;
    if (cmd->opts.process) {
        char *text;
        int len = cmd_read(cmd->opts.process, &text, err);
        json = len < 0 ? NULL : json_text(text, (size_t)len, "--process", err);
    } else {
        json = from_options(cmd, err);
    }
    if (!json || spec_process_init(&process, err) < 0 ||
        spec_process_parse(&process, json, err) < 0)
        return err_wrap(err, "exec");
    if (!process.args.count)
        return err_refuse(err, "exec: process args cannot be empty");
    if (check_terminal(&process, &cmd->opts, err) < 0)
        return -err->code;
    return err_say(err, ENOSYS,
                   "exec: \"%s\": a unikernel cannot run a second program",
                   process.args.at[0]);
}
