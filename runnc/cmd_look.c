/* SPDX-License-Identifier: Apache-2.0 */
/* state, list, ps, events, features, spec. */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"
#include "runnc/cmd.h"
#include "runnc/mount_options.h"
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

/* Whose the state directory is: a name, or "#UID". */
static const char *owner_of(const struct container *container)
{
    static char name[64];
    struct passwd *entry = NULL;
    struct stat st;
    if (fstat(container->state_fd, &st) < 0)
        return "";
    FILE *users = fopen("/etc/passwd", "re");
    while (users && (entry = fgetpwent(users)))
        if (entry->pw_uid == st.st_uid)
            break;
    if (entry)
        snprintf(name, sizeof name, "%s", entry->pw_name);
    else
        snprintf(name, sizeof name, "#%u", st.st_uid);
    if (users)
        (void)fclose(users); /* it was only read */
    return name;
}

static json_t *describe(const struct container *container)
{
    return json_pack(
        "{s:s, s:s, s:i, s:s, s:s, s:s, s:s, s:O*, s:s}", "ociVersion",
        container->oci_version, "id", container->id, "pid",
        container->status == STATUS_STOPPED ? 0 : (int)container->pid, "status",
        status_name(container->status), "bundle", container->bundle, "rootfs",
        container->rootfs, "created", container->created, "annotations",
        container->annotations, "owner", owner_of(container));
}

/* NULL where there is none any more; others' directories lie here, too. */
static json_t *describe_by_name(const struct globals *globals, const char *id)
{
    static struct container container;
    struct err ignored;
    json_t *json = NULL;
    if (state_look(&container, globals, id, &ignored) == 0)
        json = describe(&container);
    io_close_fd(&container.state_fd);
    return json;
}

static void print_table(json_t *all)
{
    static const struct {
        const char *title, *key;
    } columns[] = {{"ID", "id"},           {"PID", "pid"},
                   {"STATUS", "status"},   {"BUNDLE", "bundle"},
                   {"CREATED", "created"}, {"OWNER", "owner"}};
    enum { COUNT = sizeof columns / sizeof *columns, GAP = 3, LEAST = 12 };
    size_t i;
    json_t *item;
    int width[COUNT];

    for (unsigned n = 0; n < COUNT; n++) {
        width[n] = LEAST - GAP;
        json_array_foreach(all, i, item)
        {
            int len =
                (int)json_string_length(json_object_get(item, columns[n].key));
            width[n] = len > width[n] ? len : width[n];
        }
        printf("%-*s", n + 1 < COUNT ? width[n] + GAP : 0, columns[n].title);
    }
    putchar('\n');
    json_array_foreach(all, i, item)
    {
        for (unsigned n = 0; n < COUNT; n++) {
            json_t *value = json_object_get(item, columns[n].key);
            int wide = n + 1 < COUNT ? width[n] + GAP : 0;
            if (json_is_integer(value))
                printf("%-*d", wide, (int)json_integer_value(value));
            else
                printf("%-*s", wide, json_string_value(value));
        }
        putchar('\n');
    }
}

int cmd_list(struct cmd *cmd, struct err *err)
{
    const char *format = cmd->opts.format ? cmd->opts.format : "table";
    bool is_json = !strcmp(format, "json");
    struct dirent **entries = NULL;
    json_t *all = json_array(), *item;
    size_t i;

    if (!is_json && strcmp(format, "table") != 0)
        return err_refuse(err, "--format: %s is not table or json", format);
    int count = scandir(cmd->globals->root, &entries, NULL, alphasort);
    if (count < 0 && errno != ENOENT)
        return err_set(err, errno, "read %s", cmd->globals->root);
    for (int n = 0; n < count; n++) {
        item = entries[n]->d_name[0] == '.'
                   ? NULL
                   : describe_by_name(cmd->globals, entries[n]->d_name);
        if (item)
            json_array_append_new(all, item);
        free(entries[n]);
    }
    free(entries);
    if (cmd->opts.quiet) {
        json_array_foreach(all, i, item)
        {
            puts(json_string_value(json_object_get(item, "id")));
        }
    } else if (is_json) /* as runc says "none" */
        return print_json(json_array_size(all) ? all : json_null(),
                          JSON_COMPACT | JSON_ENCODE_ANY, err);
    else
        print_table(all);
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

/* "5s", "1m30s", "500ms", as Go's durations, in whole seconds, at least one;
 * 0: it is none. */
static unsigned parse_interval(const char *text)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9},
                 {"s", 1},     {"m", 60},    {"h", 3600}};
    double all = 0;

    do {
        char *end;
        size_t i = 0;
        if (!isdigit((unsigned char)*text))
            return 0;
        double value = strtod(text, &end);
        while (i < 6 && strncmp(end, units[i].unit, strlen(units[i].unit)) != 0)
            i++;
        if (i == 6)
            return 0;
        all += value * units[i].seconds;
        text = end + strlen(units[i].unit);
    } while (*text);
    if (all <= 0 || all > INT32_MAX / 1000)
        return 0;
    return all < 1 ? 1 : (unsigned)all;
}

static int print_ooms(const struct container *container, uint64_t *seen,
                      struct err *err)
{
    uint64_t now = cgroup_oom_kills(container->cgroups);
    if (now > *seen)
        printf("{\"type\":\"oom\",\"id\":\"%s\"}\n", container->id);
    *seen = now;
    return fflush(stdout) == 0 ? 0 : err_set(err, errno, "standard output");
}

static int64_t now_ms(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts); /* always exists */
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Until it is time for the next numbers; lack of memory is told at once, where
 * the kernel tells: systemd removes a cgroup as soon as it is empty. */
static int wait_for_events(const struct container *container, int watch,
                           unsigned interval, uint64_t *ooms, struct err *err)
{
    struct pollfd pfd = {.fd = watch, .events = POLLIN};
    int64_t end = now_ms() + (int64_t)interval * 1000, left;
    char ignored[4096];

    while ((left = end - now_ms()) > 0) {
        int rc = poll(&pfd, 1, left > INT32_MAX ? INT32_MAX : (int)left);
        if (rc < 0 && errno != EINTR)
            return err_set(err, errno, "wait for events");
        if (rc <= 0)
            continue;
        (void)!read(watch, ignored, sizeof ignored); /* what it says is known */
        if (print_ooms(container, ooms, err) < 0)
            return -err->code;
    }
    return 0;
}

int cmd_events(struct cmd *cmd, struct err *err)
{
    static struct container container;
    const char *text = cmd->opts.interval ? cmd->opts.interval : "5s";
    unsigned interval = parse_interval(text);
    uint64_t ooms = 0;

    if (!interval)
        return err_refuse(err, "--interval: %s is not like 5s", text);
    if (state_look(&container, cmd->globals, cmd->args[0], err) < 0)
        return -err->code;
    if (container.status == STATUS_STOPPED)
        return err_refuse(err, "container with id %.100s is not running",
                          container.id);
    auto_fd int watch =
        cmd->opts.stats ? -1 : cgroup_watch_oom(container.cgroups);
    while (container.status != STATUS_STOPPED) {
        if (print_stats(&container, err) < 0)
            return -err->code;
        if (cmd->opts.stats)
            return 0;
        if (print_ooms(&container, &ooms, err) < 0 ||
            wait_for_events(&container, watch, interval, &ooms, err) < 0)
            return -err->code;
        state_refresh(&container);
    }
    return 0;
}

static json_t *string_list(const char *const *names)
{
    json_t *list = json_array();
    for (; *names; names++)
        json_array_append_new(list, json_string(*names));
    return list;
}

static json_t *mount_options(void)
{
    json_t *list = json_array();
    const char *name;
    for (unsigned i = 0; (name = mount_option_name(i)); i++)
        if (*name) /* "" is refused */
            json_array_append_new(list, json_string(name));
    return list;
}

static json_t *capabilities(void)
{
    json_t *list = json_array();
    const char *name;
    for (unsigned i = 0; (name = spec_capability_name(i)); i++)
        json_array_append_new(list, json_sprintf("CAP_%s", name));
    return list;
}

/* runtime-spec features.md, features-linux.md */
int cmd_features(struct cmd *cmd, struct err *err)
{
    static const char *const hooks[] = {"prestart",
                                        "createRuntime",
                                        "createContainer",
                                        "startContainer",
                                        "poststart",
                                        "poststop",
                                        NULL};
    static const char *const namespaces[] = {
        "cgroup", "ipc", "mount", "network", "pid", "user", "uts", NULL};
    json_t *all;

    (void)cmd;
    json_t *os = json_pack(
        "{s:o, s:o, s:{s:b, s:b, s:b, s:b, s:b}, s:{s:b, s:o, s:o}, "
        "s:{s:b}, s:{s:b}, s:{s:b}, s:{s:{s:b}}}",
        "namespaces", string_list(namespaces), "capabilities", capabilities(),
        "cgroup", "v1", 1, "v2", 1, "systemd", 1, "systemdUser", 0, "rdma", 0,
        "seccomp", "enabled", 1, "actions", string_list(spec_seccomp_actions),
        "operators", string_list(spec_seccomp_operators), "apparmor", "enabled",
        1, "selinux", "enabled", 1, "intelRdt", "enabled", 0, "mountExtensions",
        "idmap", "enabled", 1);
    all = json_pack("{s:s, s:s, s:o, s:o, s:o*, s:{s:s}}", "ociVersionMin",
                    "1.0.0", "ociVersionMax", "1.2.0", "hooks",
                    string_list(hooks), "mountOptions", mount_options(),
                    "linux", os, "annotations", "org.septum.runnc.version",
                    SEPTUM_VERSION);
    return print_json(all, JSON_INDENT(2), err);
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
        "      { \"type\": \"uts\" }, { \"type\": \"mount\" }";
    static const char user_ns[] =
        ",\n"
        "      { \"type\": \"user\" }\n"
        "    ],\n"
        "    \"uidMappings\": [\n"
        "      { \"containerID\": 0, \"hostID\": %u, \"size\": 1 }\n"
        "    ],\n"
        "    \"gidMappings\": [\n"
        "      { \"containerID\": 0, \"hostID\": %u, \"size\": 1 }\n"
        "    ]\n";
    char rest[sizeof user_ns + 64] = "\n    ]\n";
    if (cmd->opts.rootless)
        snprintf(rest, sizeof rest, user_ns, geteuid(), getegid());
    strcat(rest, "  }\n}\n");
    if (cmd->opts.bundle && chdir(cmd->opts.bundle) < 0)
        return err_set(err, errno, "bundle %s", cmd->opts.bundle);
    auto_fd int fd =
        open("config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST)
        return err_refuse(err, "File config.json exists. Remove it first");
    if (fd < 0)
        return err_set(err, errno, "create config.json");
    return write_full(fd, text, strlen(text), err) < 0
               ? -err->code
               : write_full(fd, rest, strlen(rest), err);
}
