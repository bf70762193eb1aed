/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: a table and one loop. */
#include "runnc/volumes/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum what {
    OPT_VOLUME = 'v',
    OPT_TERMINAL = 't',
    OPT_HELP = 'h',
    OPT_FD = 256,
    OPT_TTY,
    OPT_RW,
    OPT_RO,
    OPT_ROOT,
    OPT_UID,
    OPT_GID,
    OPT_GROUPS,
    OPT_CAPS,
    OPT_VERSION,
};

static const struct option table[] = {
    {"volume", required_argument, NULL, OPT_VOLUME},
    {"terminal", no_argument, NULL, OPT_TERMINAL},
    {"fd", required_argument, NULL, OPT_FD},
    {"tty", required_argument, NULL, OPT_TTY},
    {"rw", required_argument, NULL, OPT_RW},
    {"ro", required_argument, NULL, OPT_RO},
    {"root", required_argument, NULL, OPT_ROOT},
    {"uid", required_argument, NULL, OPT_UID},
    {"gid", required_argument, NULL, OPT_GID},
    {"groups", required_argument, NULL, OPT_GROUPS},
    {"caps", required_argument, NULL, OPT_CAPS},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

void options_help(void)
{
    (void)fputs(
        "usage: septum-9p [-v SOURCE:PATH[:ro]]... [-t] TENDER [OPTION]... "
        "IMAGE [ARG]...\n"
        "       septum-9p --fd=N [--rw=PATH | --ro=PATH | --root=PATH]... "
        "[OPTION]...\n"
        "Serves folders and files to a guest (9P2000.L).\n\n"
        "  -v, --volume S:P[:ro]  the host's S is P in the guest\n"
        "  -t, --terminal         terminal modes and window size, too\n"
        "  --fd N                 the stream to the guest\n"
        "  --rw PATH, --ro PATH   serve it, under the name PATH\n"
        "  --root PATH            read-only, without what is mounted in it\n"
        "  --tty N                the guest's terminal\n"
        "  --uid N --gid N --groups N,...   become this user\n"
        "  --caps HEX             capabilities to keep of 0x1b\n"
        "  -h, --help; --version\n",
        stdout);
}

static int number(uint64_t *value, const char *name, const char *text, int base,
                  uint64_t max, struct err *err)
{
    char *end;
    errno = 0;
    unsigned long long n = strtoull(text, &end, base);
    if (*text < '0' || *text > 'f' || *end || errno || n > max)
        return err_refuse(err, "--%s=%s: expected a number up to %llu", name,
                          text, (unsigned long long)max);
    *value = n;
    return 0;
}

static int add_share(struct options *options, const struct share *share,
                     struct err *err)
{
    if (share->path[0] != '/')
        return err_refuse(err, "%s: expected an absolute path", share->path);
    if (options->share_count == SHARE_MAX)
        return err_refuse(err, "more than %u folders to serve", SHARE_MAX);
    options->share[options->share_count++] = *share;
    return 0;
}

static int add_volume(struct options *options, char *text, struct err *err)
{
    char *colon = strchr(text, ':');
    struct share share = {.path = text};
    if (!colon || colon[1] != '/')
        return err_refuse(err, "--volume=%s: expected SOURCE:PATH[:ro]", text);
    *colon = '\0';
    share.mount = colon + 1;
    char *mode = strchr(colon + 1, ':');
    if (mode) {
        *mode++ = '\0';
        share.is_readonly = !strcmp(mode, "ro");
        if (!share.is_readonly && strcmp(mode, "rw"))
            return err_refuse(err, "--volume=%s:%s:%s: expected ro or rw", text,
                              colon + 1, mode);
    }
    return add_share(options, &share, err);
}

static int set_groups(struct identity *identity, char *text, struct err *err)
{
    for (char *one = strtok(text, ","); one; one = strtok(NULL, ",")) {
        uint64_t gid;
        if (identity->group_count == GROUPS_MAX)
            return err_refuse(err, "--groups: more than %u", GROUPS_MAX);
        if (number(&gid, "groups", one, 10, UINT32_MAX, err) < 0)
            return -err->code;
        identity->group[identity->group_count++] = (uint32_t)gid;
    }
    return 0;
}

static int set_number(struct options *options, int opt, const char *text,
                      struct err *err)
{
    uint64_t value = 0;
    const char *name = table[0].name;
    for (const struct option *o = table; o->name; o++)
        if (o->val == opt)
            name = o->name;
    bool is_fd = opt == OPT_FD || opt == OPT_TTY;
    uint64_t max = opt == OPT_CAPS ? UINT64_MAX : is_fd ? 65535 : UINT32_MAX;
    if (number(&value, name, text, opt == OPT_CAPS ? 16 : 10, max, err) < 0)
        return -err->code;
    switch (opt) {
    case OPT_FD:
        options->stream = (int)value;
        break;
    case OPT_TTY:
        options->tty = (int)value;
        break;
    case OPT_UID:
        options->identity.uid = (uint32_t)value;
        options->identity.is_given = true;
        break;
    case OPT_GID:
        options->identity.gid = (uint32_t)value;
        break;
    default:
        options->identity.caps = value;
    }
    return 0;
}

static int set(struct options *options, int opt, char *arg, struct err *err)
{
    switch (opt) {
    case OPT_VOLUME:
        return add_volume(options, arg, err);
    case OPT_RW:
        return add_share(options, &(struct share){.path = arg}, err);
    case OPT_RO:
        return add_share(
            options, &(struct share){.path = arg, .is_readonly = true}, err);
    case OPT_ROOT:
        return add_share(options,
                         &(struct share){.path = arg,
                                         .is_readonly = true,
                                         .is_one_fs = true},
                         err);
    case OPT_GROUPS:
        return set_groups(&options->identity, arg, err);
    case OPT_TERMINAL:
        options->wants_tty = true;
        return 0;
    case OPT_HELP:
        options->is_help = true;
        return 0;
    case OPT_VERSION:
        options->is_version = true;
        return 0;
    case '?':
    case ':':
        return err_refuse(err, "wrong options; see septum-9p --help");
    }
    return set_number(options, opt, arg, err);
}

int options_parse(struct options *options, int argc, char **argv,
                  struct err *err)
{
    int opt, rc = 0;
    options->stream = options->tty = -1;
    options->identity.caps = CONFINE_CAPS;
    opterr = 0;
    while (rc == 0 &&
           (opt = getopt_long(argc, argv, "+v:th", table, NULL)) >= 0)
        rc = set(options, opt, optarg, err);
    if (rc < 0 || options->is_help || options->is_version)
        return rc;
    if (optind < argc)
        options->command = argv + optind;
    if (!options->command == (options->stream < 0))
        return err_refuse(err, "expected either --fd or a tender to run");
    if (!options->share_count && options->tty < 0 && !options->wants_tty)
        return err_refuse(err, "nothing to serve");
    for (unsigned i = 0; i < options->share_count; i++)
        if (!options->share[i].mount != !options->command)
            return err_refuse(err, "--volume goes with a tender to run, "
                                   "--rw, --ro and --root with --fd");
    return 0;
}

/* Paths as docs/abi.md has them: '%' and two digits for what is no path. */
static char *escape(char *to, const char *path)
{
    static const char digits[] = "0123456789abcdef";
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        if (c > ' ' && c != '%' && c != ',' && c != 0x7f) {
            *to++ = (char)c;
            continue;
        }
        *to++ = '%';
        *to++ = digits[c >> 4];
        *to++ = digits[c & 15];
    }
    return to;
}

char *options_conf(const struct share *share)
{
    char *conf = malloc(64 + 3 * (strlen(share->path) + strlen(share->mount)));
    if (!conf)
        return NULL;
    char *at = escape(stpcpy(conf, "--conf=mount="), share->mount);
    at = escape(stpcpy(at, ",9p,stream=files,aname="), share->path);
    (void)strcpy(at, share->is_readonly ? ",ro" : "");
    return conf;
}
