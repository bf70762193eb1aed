/* SPDX-License-Identifier: Apache-2.0 */
/* uni-image: images of unikernels, and containers' images made into such. */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "images/commands.h"
#include "images/progress.h"

#define EXIT_REFUSED 1 /* a bad image */
#define EXIT_TROUBLE 2 /* a bad command line, or the host */

static const char help[] =
    "Usage: uni-image COMMAND [OPTIONS] ARGUMENTS\n"
    "Make images for tender(1), of container images or with a file system.\n"
    "\n"
    "  build --app APP.uni --rootfs DIR|TAR -o OUT.uni\n"
    "                      put a root file system into an image\n"
    "      --arg A, --env K=V, --cwd DIR, --user USER[:GROUP],\n"
    "      --root ro|rw, --tmpfs PATH[:SIZE]   and what it begins with\n"
    "  convert SRC DST     a container image into a .uni, or around one\n"
    "      --app FILE      a .uni to run instead of the image's own program\n"
    "      --compress KIND of an OCI layout's layer: none (default), gzip, "
    "zstd\n"
    "  inspect [--json] SRC            what an image says of itself\n"
    "  ls [-l] [--json] FILE [PATH]    files in a .uni's root file system\n"
    "  cat FILE PATH                   a file in it, to standard output\n"
    "  verify [--digest D] SRC...      check all that can be checked\n"
    "\n"
    "SRC, DST: FILE (a .uni), oci:DIR[:REF], docker-archive:FILE[:REF],\n"
    "          docker:NAME, podman:NAME (by docker's and podman's commands)\n"
    "      --max-size SIZE     bytes that layers unpack to (16G)\n"
    "      --max-entries N     files in all layers (1000000)\n"
    "      --max-ratio N       bytes unpacked for one stored (250)\n"
    "  -q, --quiet             no progress, no notes\n"
    "      --help, --version\n"
    "Exit status: 0; 1 when an image is refused; 2 for other trouble.\n";

enum {
    OPT_ROOTFS = 256,
    OPT_APP,
    OPT_ARG,
    OPT_ENV,
    OPT_CWD,
    OPT_USER,
    OPT_ROOT,
    OPT_TMPFS,
    OPT_COMPRESS,
    OPT_DIGEST,
    OPT_JSON,
    OPT_MAX_SIZE,
    OPT_MAX_ENTRIES,
    OPT_MAX_RATIO,
    OPT_HELP,
    OPT_VERSION,
};

static const struct option long_options[] = {
    {"rootfs", required_argument, NULL, OPT_ROOTFS},
    {"app", required_argument, NULL, OPT_APP},
    {"output", required_argument, NULL, 'o'},
    {"arg", required_argument, NULL, OPT_ARG},
    {"env", required_argument, NULL, OPT_ENV},
    {"cwd", required_argument, NULL, OPT_CWD},
    {"user", required_argument, NULL, OPT_USER},
    {"root", required_argument, NULL, OPT_ROOT},
    {"tmpfs", required_argument, NULL, OPT_TMPFS},
    {"compress", required_argument, NULL, OPT_COMPRESS},
    {"digest", required_argument, NULL, OPT_DIGEST},
    {"long", no_argument, NULL, 'l'},
    {"json", no_argument, NULL, OPT_JSON},
    {"max-size", required_argument, NULL, OPT_MAX_SIZE},
    {"max-entries", required_argument, NULL, OPT_MAX_ENTRIES},
    {"max-ratio", required_argument, NULL, OPT_MAX_RATIO},
    {"quiet", no_argument, NULL, 'q'},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

/* Commands, the options that are theirs, and how many arguments they take. */
static const struct command {
    const char *name;
    int (*run)(const struct options *options, struct err *err);
    int options[9];
    int arg_min, arg_max;
} commands[] = {
    {"build",
     cmd_build,
     {OPT_ROOTFS, OPT_APP, 'o', OPT_ARG, OPT_ENV, OPT_CWD, OPT_USER, OPT_ROOT,
      OPT_TMPFS},
     0,
     0},
    {"convert", cmd_convert, {OPT_APP, OPT_COMPRESS}, 2, 2},
    {"inspect", cmd_inspect, {OPT_JSON}, 1, 1},
    {"ls", cmd_ls, {'l', OPT_JSON}, 1, 2},
    {"cat", cmd_cat, {0}, 2, 2},
    {"verify", cmd_verify, {OPT_DIGEST}, 1, INT32_MAX},
};
#define COMMAND_COUNT (sizeof commands / sizeof commands[0])

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

static bool is_for(const struct command *command, int opt)
{
    static const int all[] = {OPT_MAX_SIZE, OPT_MAX_ENTRIES, OPT_MAX_RATIO,
                              'q'};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i] == opt)
            return true;
    for (size_t i = 0; i < sizeof command->options / sizeof(int); i++)
        if (command->options[i] == opt)
            return true;
    return false;
}

/* A number above 0, with K, M, G or T if it may have one. */
static int take_number(const char *option, const char *text, bool has_unit,
                       uint64_t *number, struct err *err)
{
    static const char units[] = "KMGT";
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    const char *unit = has_unit && *end ? strchr(units, *end) : NULL;
    unsigned shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
    if (text[0] < '0' || text[0] > '9' || errno || !value ||
        end[unit ? 1 : 0] || value > UINT64_MAX >> shift)
        return err_say(err, EINVAL, "--%s %.40s: expected a number above 0%s",
                       option, text, has_unit ? ", with K, M, G or T" : "");
    *number = value << shift;
    return 0;
}

static int take_config(struct options *options, const char *key,
                       const char *value, struct err *err)
{
    char *text;
    size_t max = sizeof options->config / sizeof options->config[0];
    if (options->config_count == max)
        return err_say(err, E2BIG, "more than %zu settings", max);
    if (asprintf(&text, "%s=%s", key, value) < 0)
        return err_set(err, ENOMEM, "--%s", key);
    options->config[options->config_count++] = text; /* main's to free */
    return 0;
}

static int take_option(struct options *options, int opt, const char *value,
                       struct err *err)
{
    switch (opt) {
    case OPT_ROOTFS:
        options->rootfs = value;
        return 0;
    case OPT_APP:
        options->app = value;
        return 0;
    case 'o':
        options->output = value;
        return 0;
    case OPT_COMPRESS:
        options->packing = value;
        return 0;
    case OPT_DIGEST:
        options->digest = value;
        return 0;
    case OPT_JSON:
        options->is_json = true;
        return 0;
    case 'l':
        options->is_long = true;
        return 0;
    case 'q':
        options->is_quiet = true;
        return 0;
    case OPT_MAX_SIZE:
        return take_number("max-size", value, true, &options->limits.size, err);
    case OPT_MAX_ENTRIES:
        return take_number("max-entries", value, false,
                           &options->limits.entries, err);
    case OPT_MAX_RATIO:
        return take_number("max-ratio", value, false, &options->limits.ratio,
                           err);
    default:
        return take_config(options, long_options[opt - OPT_ARG + 3].name, value,
                           err);
    }
}

static int print_version(void)
{
    return puts("uni-image (Septum) " SEPTUM_VERSION) < 0 ? EXIT_TROUBLE : 0;
}

/* EXIT_TROUBLE - 1 never: 0 go on, else the status plus one. */
static int parse(struct options *options, const struct command *command,
                 int argc, char **argv)
{
    struct err err = {0};
    int opt;
    while ((opt = getopt_long(argc, argv, "o:lq", long_options, NULL)) != -1) {
        if (opt == OPT_HELP)
            return fputs(help, stdout) < 0 ? EXIT_TROUBLE + 1 : 1;
        if (opt == '?')
            return EXIT_TROUBLE + 1; /* getopt has said it */
        if (opt == OPT_VERSION)
            return print_version() + 1;
        if (!is_for(command, opt)) {
            fprintf(stderr,
                    "uni-image: %s has no such option, see "
                    "uni-image --help\n",
                    command->name);
            return EXIT_TROUBLE + 1;
        }
        if (take_option(options, opt, optarg, &err) < 0) {
            fprintf(stderr, "uni-image: %s\n", err.text);
            return EXIT_TROUBLE + 1;
        }
    }
    options->args = argv + optind;
    options->arg_count = argc - optind;
    if (options->arg_count < command->arg_min ||
        options->arg_count > command->arg_max) {
        fprintf(stderr, "uni-image: %s: %d arguments, see uni-image --help\n",
                command->name, options->arg_count);
        return EXIT_TROUBLE + 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct options options = {
        .limits = {IMG_SIZE_DEFAULT, IMG_ENTRIES_DEFAULT, IMG_RATIO_DEFAULT}};
    struct err err = {0};

    if (io_open_std(&err) < 0)
        return EXIT_TROUBLE; /* there may be no place to say it */
    if (argc >= 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
    if (argc >= 2 && strcmp(argv[1], "--version") == 0)
        return print_version();
    const struct command *command = argc >= 2 ? find_command(argv[1]) : NULL;
    if (!command) {
        fprintf(stderr,
                "uni-image: %s%sexpected a command, see uni-image "
                "--help\n",
                argc >= 2 ? argv[1] : "", argc >= 2 ? ": " : "");
        return EXIT_TROUBLE;
    }
    char name[40]; /* for getopt's messages */
    (void)snprintf(name, sizeof name, "uni-image %s", command->name);
    argv[1] = name;
    int status = parse(&options, command, argc - 1, argv + 1);
    if (status)
        return status - 1;
    /* Names in archives are UTF-8, or bytes; libarchive asks the locale. */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    (void)signal(SIGPIPE, SIG_IGN);
    progress_init(options.is_quiet);
    int rc = command->run(&options, &err);
    progress_end();
    for (unsigned i = 0; i < options.config_count; i++)
        free((char *)options.config[i]);
    if (rc == 0 && fflush(stdout) == EOF)
        rc = err_set(&err, errno, "write");
    if (rc == 0)
        return 0;
    progress_print(err.text);
    return err.is_refusal ? EXIT_REFUSED : EXIT_TROUBLE;
}
