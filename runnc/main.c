/* SPDX-License-Identifier: Apache-2.0 */
/* runnc: command line, and the only place that prints errors. The forms are
 * runc's, because engines build them: options end at the first word. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cmd.h"
#include "runnc/delegate.h"
#include "runnc/log.h"
#include "runnc/rootless.h"

#define ROOT_DEFAULT "/run/runnc"
#define OCI_VERSION "1.0.2"
/* Exit statuses other than 0 and 1, as runc's. */
#define EXEC_REFUSED 255
#define NO_SUCH_COMMAND 3

enum flag_kind { FLAG_BOOL, FLAG_TEXT, FLAG_LIST };

struct flag {
    const char *name;
    char letter; /* or 0 */
    uint8_t kind;
    uint16_t at; /* in the struct that it fills */
};

#define AT(field) offsetof(struct cmd_opts, field)
#define TEXT(name, letter, field)                                              \
    {                                                                          \
        name, letter, FLAG_TEXT, AT(field)                                     \
    }
#define BOOL(name, letter, field)                                              \
    {                                                                          \
        name, letter, FLAG_BOOL, AT(field)                                     \
    }
#define LIST(name, letter, field)                                              \
    {                                                                          \
        name, letter, FLAG_LIST, AT(field)                                     \
    }
#define HELP BOOL("help", 'h', help)

/* What `create` takes, and `run` with more. */
#define CREATE_FLAGS                                                           \
    TEXT("bundle", 'b', bundle), TEXT("console-socket", 0, console_socket),    \
        TEXT("pid-file", 0, pid_file), TEXT("preserve-fds", 0, preserve_fds),  \
        BOOL("no-pivot", 0, no_pivot),                                         \
        BOOL("no-new-keyring", 0, no_new_keyring)
static const struct flag create_flags[] = {CREATE_FLAGS, HELP, {0}};
static const struct flag run_flags[] = {CREATE_FLAGS,
                                        BOOL("detach", 'd', detach),
                                        BOOL("no-subreaper", 0, no_subreaper),
                                        BOOL("keep", 0, keep),
                                        HELP,
                                        {0}};
static const struct flag no_flags[] = {HELP, {0}};
static const struct flag kill_flags[] = {BOOL("all", 'a', all), HELP, {0}};
static const struct flag delete_flags[] = {
    BOOL("force", 'f', force), HELP, {0}};
static const struct flag list_flags[] = {
    TEXT("format", 'f', format), BOOL("quiet", 'q', quiet), HELP, {0}};
static const struct flag ps_flags[] = {TEXT("format", 'f', format), HELP, {0}};
static const struct flag events_flags[] = {
    TEXT("interval", 0, interval), BOOL("stats", 0, stats), HELP, {0}};
static const struct flag spec_flags[] = {
    TEXT("bundle", 'b', bundle), BOOL("rootless", 0, rootless), HELP, {0}};
static const struct flag exec_flags[] = {
    TEXT("console-socket", 0, console_socket),
    TEXT("cwd", 0, cwd),
    LIST("env", 'e', env),
    BOOL("tty", 't', tty),
    TEXT("user", 'u', user),
    LIST("additional-gids", 'g', gids),
    TEXT("process", 'p', process),
    BOOL("detach", 'd', detach),
    TEXT("pid-file", 0, pid_file),
    TEXT("process-label", 0, label),
    TEXT("apparmor", 0, apparmor),
    BOOL("no-new-privs", 0, no_new_privs),
    LIST("cap", 'c', caps),
    TEXT("preserve-fds", 0, preserve_fds),
    LIST("cgroup", 0, cgroups),
    BOOL("ignore-paused", 0, ignore_paused),
    HELP,
    {0}};
static const struct flag update_flags[] = {
    TEXT("resources", 'r', resources),
    TEXT("blkio-weight", 0, blkio_weight),
    TEXT("cpu-period", 0, cpu_period),
    TEXT("cpu-quota", 0, cpu_quota),
    TEXT("cpu-burst", 0, cpu_burst),
    TEXT("cpu-share", 0, cpu_share),
    TEXT("cpu-rt-period", 0, cpu_rt_period),
    TEXT("cpu-rt-runtime", 0, cpu_rt_runtime),
    TEXT("cpuset-cpus", 0, cpuset_cpus),
    TEXT("cpuset-mems", 0, cpuset_mems),
    TEXT("cpu-idle", 0, cpu_idle),
    TEXT("kernel-memory", 0, kernel_memory),
    TEXT("kernel-memory-tcp", 0, kernel_memory_tcp),
    TEXT("memory", 0, memory),
    TEXT("memory-reservation", 0, memory_reservation),
    TEXT("memory-swap", 0, memory_swap),
    TEXT("pids-limit", 0, pids_limit),
    TEXT("l3-cache-schema", 0, l3_cache),
    TEXT("mem-bw-schema", 0, mem_bandwidth),
    HELP,
    {0}};

struct command {
    const char *name;
    cmd_fn *run;
    const struct flag *flags;
    int arg_min, arg_max;
    const char *args;
    const char *help;
};

static const struct command commands[] = {
    {"create", cmd_create, create_flags, 1, 1, "ID", "set a container up"},
    {"start", cmd_start, no_flags, 1, 1, "ID", "let it run"},
    {"run", cmd_run, run_flags, 1, 1, "ID", "create, start, wait, delete"},
    {"state", cmd_state, no_flags, 1, 1, "ID", "print its state as JSON"},
    {"kill", cmd_kill, kill_flags, 1, 2, "ID [SIGNAL]", "send it a signal"},
    {"delete", cmd_delete, delete_flags, 1, 1, "ID", "remove what is left"},
    {"list", cmd_list, list_flags, 0, 0, "", "print all containers"},
    {"ps", cmd_ps, ps_flags, 1, 256, "ID [PS OPTIONS]", "its processes"},
    {"pause", cmd_pause, no_flags, 1, 1, "ID", "freeze it"},
    {"resume", cmd_resume, no_flags, 1, 1, "ID", "thaw it"},
    {"update", cmd_update, update_flags, 1, 1, "ID", "change its limits"},
    {"events", cmd_events, events_flags, 1, 1, "ID", "its use of resources"},
    {"exec", cmd_exec, exec_flags, 1, 256, "ID CMD...", "checked, refused"},
    {"spec", cmd_spec, spec_flags, 0, 0, "", "write a config.json to edit"},
    {"features", cmd_features, no_flags, 0, 0, "", "print what it can, JSON"},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

struct global_opts {
    const char *root, *log, *log_format, *criu, *rootless, *manager;
    bool debug, systemd_cgroup, help, version;
};
#define GLOBAL(name, letter, kind, field)                                      \
    {                                                                          \
        name, letter, kind, offsetof(struct global_opts, field)                \
    }
static const struct flag global_flags[] = {
    GLOBAL("root", 0, FLAG_TEXT, root),
    GLOBAL("log", 0, FLAG_TEXT, log),
    GLOBAL("log-format", 0, FLAG_TEXT, log_format),
    GLOBAL("criu", 0, FLAG_TEXT, criu),
    GLOBAL("rootless", 0, FLAG_TEXT, rootless),
    GLOBAL("cgroup-manager", 0, FLAG_TEXT, manager),
    GLOBAL("debug", 0, FLAG_BOOL, debug),
    GLOBAL("systemd-cgroup", 0, FLAG_BOOL, systemd_cgroup),
    GLOBAL("help", 'h', FLAG_BOOL, help),
    GLOBAL("version", 'v', FLAG_BOOL, version),
    {0}};

static const struct flag *find_flag(const struct flag *flags, const char *name,
                                    size_t len)
{
    for (; flags->name; flags++)
        if ((strlen(flags->name) == len && !memcmp(flags->name, name, len)) ||
            (len == 1 && flags->letter == *name))
            return flags;
    return NULL;
}

static int set_flag(const struct flag *flag, void *to, const char *value,
                    struct err *err)
{
    char *at = (char *)to + flag->at;
    struct cmd_list *list = (struct cmd_list *)at;

    if (flag->kind == FLAG_TEXT) {
        *(const char **)at = value;
    } else if (flag->kind == FLAG_LIST) {
        if (list->count == CMD_LIST_MAX)
            return err_refuse(err, "more than %u times --%s", CMD_LIST_MAX,
                              flag->name);
        list->at[list->count++] = value;
    } else if (!value || !strcmp(value, "true")) {
        *(bool *)at = true;
    } else if (!strcmp(value, "false")) {
        *(bool *)at = false;
    } else {
        return err_refuse(err,
                          "invalid boolean value \"%s\" for -%s: expected "
                          "true or false",
                          value, flag->name);
    }
    return 0;
}

/* Options up to the first word; returns how many arguments they took. */
static int parse_flags(const struct flag *flags, void *to, char **argv,
                       struct err *err)
{
    int i = 0;
    for (; argv[i] && argv[i][0] == '-' && argv[i][1]; i++) {
        if (!strcmp(argv[i], "--"))
            return i + 1;
        const char *name = argv[i] + 1 + (argv[i][1] == '-');
        size_t len = strcspn(name, "=");
        const struct flag *flag = find_flag(flags, name, len);
        const char *value = name[len] == '=' ? name + len + 1 : NULL;
        if (!flag)
            return err_refuse(err, "flag provided but not defined: -%.*s",
                              (int)len, name);
        if (!value && flag->kind != FLAG_BOOL) {
            value = argv[++i];
            if (!value)
                return err_refuse(err, "flag needs an argument: -%.*s",
                                  (int)len, name);
        }
        if (set_flag(flag, to, value, err) < 0)
            return -err->code;
    }
    return i;
}

static int set_globals(struct globals *globals, const struct global_opts *opts,
                       struct err *err)
{
    static const char *const managers[] = {[CGROUP_FS] = "cgroupfs",
                                           [CGROUP_SYSTEMD] = "systemd",
                                           [CGROUP_DISABLED] = "disabled"};
    const char *format = opts->log_format ? opts->log_format : "text";
    static char root[4096];

    globals->is_log_json = !strcmp(format, "json");
    if (!globals->is_log_json && strcmp(format, "text") != 0)
        return err_refuse(err, "--log-format: %s is not text or json", format);
    globals->log_path = opts->log && *opts->log ? opts->log : NULL;
    globals->is_debug = opts->debug;
    if (rootless_init(globals, opts->rootless, err) < 0)
        return -err->code;
    globals->cgroup_driver = opts->systemd_cgroup ? CGROUP_SYSTEMD : CGROUP_FS;
    if (opts->manager) {
        unsigned i = 0;
        while (i < 3 && strcmp(opts->manager, managers[i]) != 0)
            i++;
        if (i == 3)
            return err_refuse(err,
                              "--cgroup-manager: %s is not cgroupfs, systemd "
                              "or disabled",
                              opts->manager);
        globals->cgroup_driver = i;
    }
    globals->root = opts->root && *opts->root ? opts->root : ROOT_DEFAULT;
    if (!opts->root && rootless_root(globals)) {
        globals->root = rootless_root(globals);
    } else if (globals->root[0] != '/') {
        char *cwd = getcwd(NULL, 0);
        if (!cwd)
            return err_set(err, errno, "--root: current directory");
        snprintf(root, sizeof root, "%s/%s", cwd, globals->root);
        free(cwd);
        globals->root = root;
    }
    return 0;
}

static int print_help(void)
{
    printf("Usage: runnc [GLOBAL OPTIONS] COMMAND [OPTIONS] ARGS\n"
           "OCI runtime for unikernel images.\n\n"
           "  --root DIR                 state directories (" ROOT_DEFAULT ")\n"
           "  --log FILE                 append errors to FILE\n"
           "  --log-format text|json     how\n"
           "  --debug                    tell more on standard error output\n"
           "  --systemd-cgroup           systemd makes the cgroups, as scopes\n"
           "  --cgroup-manager cgroupfs|systemd|disabled\n"
           "  --rootless true|false|auto\n"
           "  --help, --version\n\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", commands[i].name,
                 commands[i].args);
        printf("  %-26s %s\n", left, commands[i].help);
    }
    printf("\nrunnc COMMAND --help lists its options; all of it: runnc(1).\n");
    return 0;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (!strcmp(commands[i].name, name))
            return &commands[i];
    return NULL;
}

static int print_command_help(const struct command *command)
{
    static const char *const kinds[] = {"", " VALUE", " VALUE ..."};
    printf("Usage: runnc %s [OPTIONS] %s\n%s\n\n", command->name, command->args,
           command->help);
    for (const struct flag *flag = command->flags; flag->name; flag++)
        printf("  --%s%s%s%.1s%s\n", flag->name, kinds[flag->kind],
               flag->letter ? ", -" : "", flag->letter ? &flag->letter : "",
               flag->letter ? kinds[flag->kind] : "");
    return 0;
}

/* help, h [COMMAND] */
static int run_help(const char *name, struct err *err)
{
    const struct command *command = name ? find_command(name) : NULL;
    if (!name)
        return print_help();
    if (!command)
        return err_refuse(err, "No help topic for '%s'", name);
    return print_command_help(command);
}

static int check_count(const struct command *command, int count,
                       struct err *err)
{
    bool is_less = count < command->arg_min;
    if (!is_less && count <= command->arg_max)
        return 0;
    return err_refuse(err, "\"%s\" requires %s %d argument(s), got %d",
                      command->name,
                      command->arg_min == command->arg_max ? "exactly"
                      : is_less                            ? "at least"
                                                           : "at most",
                      is_less ? command->arg_min : command->arg_max, count);
}

/* Descriptors besides 0, 1 and 2 have no way into a guest. */
static int check_preserved(const char *text, struct err *err)
{
    char *end;
    unsigned long count = text ? strtoul(text, &end, 10) : 0;
    if (text && (*text < '0' || *text > '9' || *end))
        return err_refuse(err, "--preserve-fds: \"%.40s\" is no number", text);
    if (count)
        return err_refuse(err,
                          "--preserve-fds: %lu, expected 0: a unikernel "
                          "takes no open files",
                          count);
    return 0;
}

/* words: the whole command line after our name; argv: from the command on.
 * *failure is the exit status of an error. */
static int run_command(const struct globals *globals, char **words, char **argv,
                       int *failure, struct err *err)
{
    static struct cmd cmd;
    const struct command *command = find_command(*argv);

    if (!command && (!strcmp(*argv, "help") || !strcmp(*argv, "h"))) {
        *failure = NO_SUCH_COMMAND;
        return run_help(argv[1], err);
    }
    if (!command) {
        *failure = NO_SUCH_COMMAND;
        return err_refuse(err, "No help topic for '%s': unknown command",
                          *argv);
    }
    cmd.globals = globals;
    int used = parse_flags(command->flags, &cmd.opts, argv + 1, err);
    if (used < 0)
        return err_wrap(err, "%s", command->name);
    if (cmd.opts.help)
        return print_command_help(command);
    cmd.args = argv + 1 + used;
    while (cmd.args[cmd.arg_count])
        cmd.arg_count++;
    if (check_count(command, cmd.arg_count, err) < 0)
        return -err->code;
    int rc = delegate(&cmd, command->name, words, err);
    if (rc != DELEGATE_NONE)
        return rc;
    if (check_preserved(cmd.opts.preserve_fds, err) < 0)
        return -err->code;
    if (command->run == cmd_exec)
        *failure = EXEC_REFUSED;
    return command->run(&cmd, err);
}

int main(int argc, char **argv)
{
    static struct globals globals;
    struct global_opts opts = {0};
    struct err err;
    int failure = 1;

    (void)argc;
    if (io_open_std(&err) < 0)
        return failure; /* there may be no place to say it */
    log_init(&globals);
    int rc = parse_flags(global_flags, &opts, argv + 1, &err);
    if (rc >= 0 && opts.help)
        return print_help();
    if (rc >= 0 && opts.version)
        return printf("runnc version %s\nspec: %s\n", SEPTUM_VERSION,
                      OCI_VERSION) < 0;
    if (rc >= 0 && !argv[1 + rc])
        return print_help();
    char **words = rc >= 0 ? argv + 1 + rc : NULL;
    globals.log_path = opts.log; /* also for what is wrong with globals */
    globals.is_log_json = opts.log_format && !strcmp(opts.log_format, "json");
    if (rc >= 0)
        rc = set_globals(&globals, &opts, &err);
    if (rc >= 0)
        rc = run_command(&globals, argv + 1, words, &failure, &err);
    if (rc >= 0) {
        log_warnings();
        return fflush(stdout) == 0 ? rc : 1;
    }
    log_error("%s", err.text);
    return failure;
}
