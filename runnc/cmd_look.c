/* SPDX-License-Identifier: Apache-2.0 */
/* state, list, ps, events, features, spec. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/cmd.h"
#include "runnc/spec.h"
#include "runnc/state.h"

static int print_json(json_t *json, size_t flags, struct err *err)
{
    char *text = json ? json_dumps(json, flags) : NULL;
    json_decref(json);
    if (!text)
        return err_set(err, ENOMEM, "JSON");
    puts(text);
    free(text);
    return 0;
}

int cmd_state(struct cmd *cmd, struct err *err)
{
    static struct container container;
    if (state_look(&container, cmd->globals, cmd->args[0], err) < 0)
        return -err->code;
    char *text = state_json(&container, container.status, true, err);
    if (!text)
        return -err->code;
    puts(text);
    free(text);
    return 0;
}

static json_t *describe(const struct container *container)
{
    return json_pack(
        "{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:s}", "ociVersion",
        container->oci_version, "id", container->id, "pid",
        container->status == STATUS_STOPPED ? 0 : (int)container->pid, "status",
        status_name(container->status), "bundle", container->bundle, "rootfs",
        container->rootfs, "created", container->created, "owner", "root");
}

int cmd_list(struct cmd *cmd, struct err *err)
{
    const char *format = cmd->opts.format ? cmd->opts.format : "table";
    bool is_json = !strcmp(format, "json");
    if (!is_json && strcmp(format, "table") != 0)
        return err_refuse(err, "--format: %s is not table or json", format);
    DIR *dir = opendir(cmd->globals->root);
    if (!dir && errno != ENOENT)
        return err_set(err, errno, "open %s", cmd->globals->root);
    json_t *all = json_array();
    struct dirent *entry;
    if (!is_json && !cmd->opts.quiet)
        printf("%-20s %-8s %-9s %-40s %-24s\n", "ID", "PID", "STATUS", "BUNDLE",
               "CREATED");
    while (dir && (entry = readdir(dir))) {
        struct container *container = calloc(1, sizeof *container);
        struct err ignored;
        /* Others' state directories lie here, too. */
        if (!container || entry->d_name[0] == '.' ||
            state_look(container, cmd->globals, strdup(entry->d_name),
                       &ignored) < 0)
            continue;
        io_close_fd(&container->state_fd);
        if (cmd->opts.quiet)
            puts(container->id);
        else if (is_json)
            json_array_append_new(all, describe(container));
        else
            printf("%-20s %-8d %-9s %-40s %-24s\n", container->id,
                   (int)container->pid, status_name(container->status),
                   container->bundle, container->created);
    }
    if (dir)
        closedir(dir);
    if (is_json && !cmd->opts.quiet)
        return print_json(all, JSON_COMPACT, err);
    json_decref(all);
    return 0;
}

/* The host's ps, of which the lines of our processes are kept. */
static int show_ps(struct cmd *cmd, const pid_t *pids, size_t count,
                   struct err *err)
{
    char command[4096] = "ps", line[4096];
    size_t len = strlen(command);
    if (cmd->arg_count < 2)
        len += (size_t)snprintf(command + len, sizeof command - len, " -ef");
    for (int i = 1; i < cmd->arg_count && len < sizeof command - 64; i++) {
        if (cmd->args[i][strspn(cmd->args[i],
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST"
                                "UVWXYZ0123456789-,=%.:+_")])
            return err_refuse(err, "ps: option \"%s\"", cmd->args[i]);
        len += (size_t)snprintf(command + len, sizeof command - len, " %s",
                                cmd->args[i]);
    }
    FILE *ps = popen(command, "re");
    if (!ps || !fgets(line, sizeof line, ps))
        return err_set(err, ps ? EIO : errno, "run ps");
    fputs(line, stdout);
    int column = 0;
    char *save, *word = strtok_r(line, " \n", &save);
    for (; word && strcmp(word, "PID") != 0; column++)
        word = strtok_r(NULL, " \n", &save);
    while (word && fgets(line, sizeof line, ps)) {
        const char *at = line + strspn(line, " ");
        for (int i = 0; i < column; i++) {
            at += strcspn(at, " ");
            at += strspn(at, " ");
        }
        for (size_t i = 0; i < count; i++)
            if (atoi(at) == pids[i])
                fputs(line, stdout);
    }
    pclose(ps);
    return word ? 0 : err_refuse(err, "ps: its output has no PID column");
}

int cmd_ps(struct cmd *cmd, struct err *err)
{
    static struct container container;
    pid_t *pids = NULL;
    size_t count = 0;
    const char *format = cmd->opts.format ? cmd->opts.format : "table";

    if (strcmp(format, "json") != 0 && strcmp(format, "table") != 0)
        return err_refuse(err, "--format: %s is not table or json", format);
    if (state_look(&container, cmd->globals, cmd->args[0], err) < 0)
        return -err->code;
    if (container.cgroups &&
        cgroup_pids(container.cgroups, &pids, &count, err) < 0)
        return -err->code;
    int rc = 0;
    if (!strcmp(format, "json")) {
        json_t *list = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(list, json_integer(pids[i]));
        rc = print_json(list, JSON_COMPACT, err);
    } else {
        rc = show_ps(cmd, pids, count, err);
    }
    free(pids);
    return rc;
}

static int print_stats(const struct container *container, struct err *err)
{
    return print_json(json_pack("{s:s, s:s, s:o}", "type", "stats", "id",
                                container->id, "data",
                                cgroup_stats(container->cgroups)),
                      JSON_COMPACT, err);
}

int cmd_events(struct cmd *cmd, struct err *err)
{
    static struct container container;
    const char *text = cmd->opts.interval ? cmd->opts.interval : "5s";
    unsigned interval = (unsigned)strtoul(text, NULL, 10);
    uint64_t ooms = 0;

    if (!interval)
        return err_refuse(err, "--interval: %s is not like 5s", text);
    if (state_look(&container, cmd->globals, cmd->args[0], err) < 0)
        return -err->code;
    if (container.status == STATUS_STOPPED)
        return err_refuse(err, "container with id %.100s is not running",
                          container.id);
    while (container.status != STATUS_STOPPED) {
        if (print_stats(&container, err) < 0)
            return -err->code;
        if (cmd->opts.stats)
            return 0;
        uint64_t now = cgroup_oom_kills(container.cgroups);
        if (now > ooms)
            printf("{\"type\":\"oom\",\"id\":\"%s\"}\n", container.id);
        ooms = now;
        if (fflush(stdout) != 0)
            return err_set(err, errno, "standard output");
        sleep(interval);
        state_refresh(&container);
    }
    return 0;
}

int cmd_features(struct cmd *cmd, struct err *err)
{
    static const char *const hooks[] = {"prestart",        "createRuntime",
                                        "createContainer", "startContainer",
                                        "poststart",       "poststop"};
    static const char *const namespaces[] = {"cgroup",  "ipc", "mount",
                                             "network", "pid", "uts"};
    json_t *hook_list = json_array(), *ns_list = json_array();
    (void)cmd;
    for (size_t i = 0; i < sizeof hooks / sizeof *hooks; i++)
        json_array_append_new(hook_list, json_string(hooks[i]));
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        json_array_append_new(ns_list, json_string(namespaces[i]));
    return print_json(
        json_pack("{s:s, s:s, s:o, s:{s:o, s:{s:b, s:b, s:b, s:b}}, s:{s:s}}",
                  "ociVersionMin", "1.0.0", "ociVersionMax", "1.2.0", "hooks",
                  hook_list, "linux", "namespaces", ns_list, "cgroup", "v1", 1,
                  "v2", 1, "systemd", 0, "systemdUser", 0, "annotations",
                  "org.septum.runnc.version", SEPTUM_VERSION),
        JSON_INDENT(2), err);
}

int cmd_spec(struct cmd *cmd, struct err *err)
{
    static const char text[] =
        "{\n"
        "  \"ociVersion\": \"1.0.2\",\n"
        "  \"process\": {\n"
        "    \"terminal\": false,\n"
        "    \"user\": { \"uid\": 0, \"gid\": 0 },\n"
        "    \"args\": [\"/app.uni\"],\n"
        "    \"env\": [\"PATH=/usr/bin:/bin\"],\n"
        "    \"cwd\": \"/\",\n"
        "    \"noNewPrivileges\": true\n"
        "  },\n"
        "  \"root\": { \"path\": \"rootfs\", \"readonly\": true },\n"
        "  \"hostname\": \"runnc\",\n"
        "  \"mounts\": [\n"
        "    { \"destination\": \"/proc\", \"type\": \"proc\","
        " \"source\": \"proc\" }\n"
        "  ],\n"
        "  \"linux\": {\n"
        "    \"namespaces\": [\n"
        "      { \"type\": \"pid\" }, { \"type\": \"network\" },"
        " { \"type\": \"ipc\" },\n"
        "      { \"type\": \"uts\" }, { \"type\": \"mount\" }\n"
        "    ]\n"
        "  }\n"
        "}\n";
    if (cmd->opts.rootless)
        return err_refuse(err, "--rootless is not supported");
    if (cmd->opts.bundle && chdir(cmd->opts.bundle) < 0)
        return err_set(err, errno, "bundle %s", cmd->opts.bundle);
    auto_fd int fd =
        open("config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST)
        return err_refuse(err, "File config.json exists. Remove it first");
    if (fd < 0)
        return err_set(err, errno, "create config.json");
    return write_full(fd, text, strlen(text), err);
}
