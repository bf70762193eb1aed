/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-build: one command from C files to an image. It is uni-cc with options
 * for the image in the ordinary spelling (--net NAME instead of
 * -Wu,--net=NAME) and an output that is named after the first source.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build-tools/args.h"
#include "build-tools/img_opts.h"
#include "build-tools/paths.h"
#include "common/err.h"
#include "common/io.h"

#define EXIT_TROUBLE 1

static const char help[] =
    "Usage: uni-build [-o APP.uni] [OPTIONS] [gcc options] FILES...\n"
    "Compile C files and link them to an image for tender(1). The output is\n"
    "named after the first file unless -o says otherwise.\n"
    "  --rootfs DIR    a folder to be the root file system\n"
    "  --root ro|rw    no writing to it; rw: copies in memory (rw)\n"
    "  --tmpfs PATH[:SIZE]  one more file system in memory\n"
    "  --net NAME      a network device (--optional-net: may be absent)\n"
    "  --block NAME    a block device (--optional-block)\n"
    "  --stream NAME   a stream to a host process (--optional-stream)\n"
    "  --arg A         an argument, if none is given at start\n"
    "  --env K=V       a variable of the environment\n"
    "  --cwd DIR       the working folder at start\n"
    "  --stack SIZE    bytes of main's stack (1M)\n"
    "  --mem SIZE      least memory it can run with\n"
    "  --help, --version\n"
    "Everything else is gcc's (-O2 -g -Wall -DX -lm ...). For existing build\n"
    "systems there is uni-cc(1).\n"
    "Exit status: gcc's; 1 for other trouble.\n";

struct build {
    struct args args;  /* uni-cc's */
    const char *first; /* first source */
    bool has_output;   /* or needs none */
};

/* Takes --NAME VALUE or --NAME=VALUE; 1: not ours. */
static int image_option(struct build *build, int *i, int argc, char **argv,
                        struct err *err)
{
    const char *name = argv[*i] + 2;
    size_t len = strcspn(name, "=");

    if (strncmp(argv[*i], "--", 2) != 0 || !img_opts_known(name, len))
        return 1;
    if (name[len] == '=')
        return args_add(&build->args, err, "-Wu,--%s", name);
    if (*i + 1 == argc)
        return err_refuse(err, "--%s: expected a value", name);
    return args_add(&build->args, err, "-Wu,--%s=%s", name, argv[++*i]);
}

static bool is_source(const char *arg)
{
    const char *dot = strrchr(arg, '.');
    return arg[0] != '-' && dot &&
           (strcmp(dot, ".c") == 0 || strcmp(dot, ".S") == 0 ||
            strcmp(dot, ".s") == 0 || strcmp(dot, ".i") == 0 ||
            strcmp(dot, ".o") == 0);
}

static bool is_one_of(const char *arg, const char *const *list)
{
    while (*list && strcmp(arg, *list) != 0)
        list++;
    return *list != NULL;
}

static int parse(struct build *build, int argc, char **argv, struct err *err)
{
    static const char *const no_link[] = {
        "-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-v", "-###", NULL};

    for (int i = 1; i < argc; i++) {
        int rc = image_option(build, &i, argc, argv, err);
        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        if (is_one_of(argv[i], no_link) || strncmp(argv[i], "-o", 2) == 0)
            build->has_output = true;
        if (!build->first && is_source(argv[i]))
            build->first = argv[i];
        if (args_add(&build->args, err, "%s", argv[i]) < 0)
            return -err->code;
        if (args_has_value(argv[i]) && i + 1 < argc &&
            args_add(&build->args, err, "%s", argv[++i]) < 0)
            return -err->code;
    }
    return 0;
}

static int add_output(struct build *build, struct err *err)
{
    if (build->has_output || !build->first)
        return 0;
    const char *name = strrchr(build->first, '/');
    name = name ? name + 1 : build->first;
    int len = (int)(strrchr(name, '.') - name);
    return args_add(&build->args, err, "-o%.*s.uni", len, name);
}

static int run_cc(struct build *build, int argc, char **argv, struct err *err)
{
    struct paths paths;

    if (argc < 2)
        return err_refuse(err, "expected files to build, see uni-build --help");
    if (paths_init(&paths, err) < 0 ||
        args_add(&build->args, err, "%s/uni-cc", paths.bin) < 0 ||
        parse(build, argc, argv, err) < 0 || add_output(build, err) < 0)
        return -err->code;
    execv(build->args.v[0], build->args.v);
    return err_set(err, errno, "run %s", build->args.v[0]);
}

int main(int argc, char **argv)
{
    struct err err;

    if (io_open_std(&err) < 0)
        return EXIT_TROUBLE; /* there may be no place to say it */
    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("uni-build (Septum) " SEPTUM_VERSION) < 0 ? EXIT_TROUBLE
                                                              : 0;
    struct build build = {.first = NULL};
    (void)run_cc(&build, argc, argv, &err); /* back only when it failed */
    args_release(&build.args);
    fprintf(stderr, "uni-build: %s\n", err.text);
    return EXIT_TROUBLE;
}
