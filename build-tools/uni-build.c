/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-build: one command from C files to an image. It is uni-cc with options
 * for the image in the ordinary spelling (--net NAME instead of
 * -Wu,--net=NAME) and an output that is named after the first source.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build-tools/img_opts.h"
#include "build-tools/paths.h"
#include "common/err.h"

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
    char **args; /* uni-cc's */
    size_t count;
    const char *first; /* first source */
    bool has_output;   /* or needs none */
};

/* Takes --NAME VALUE or --NAME=VALUE; 1: not ours. */
static int image_option(struct build *build, int *i, int argc, char **argv,
                        struct err *err)
{
    const char *name = argv[*i] + 2;
    size_t len = strcspn(name, "=");
    char *out;

    if (strncmp(argv[*i], "--", 2) != 0 || !img_opts_known(name, len))
        return 1;
    int n;
    if (name[len] == '=')
        n = asprintf(&out, "-Wu,--%s", name);
    else if (*i + 1 < argc)
        n = asprintf(&out, "-Wu,--%s=%s", name, argv[++*i]);
    else
        return err_refuse(err, "--%s: expected a value", name);
    if (n < 0)
        return err_set(err, ENOMEM, "--%s", name);
    build->args[build->count++] = out;
    return 0;
}

static bool is_source(const char *arg)
{
    const char *dot = strrchr(arg, '.');
    return arg[0] != '-' && dot &&
           (strcmp(dot, ".c") == 0 || strcmp(dot, ".S") == 0 ||
            strcmp(dot, ".s") == 0 || strcmp(dot, ".i") == 0 ||
            strcmp(dot, ".o") == 0);
}

static int parse(struct build *build, int argc, char **argv, struct err *err)
{
    static const char *const no_link[] = {
        "-c", "-S", "-E", "-M", "-MM", "-fsyntax-only", "-v", "-###"};
    static const char *const takes_value[] = {
        "-o", "-x",       "-I", "-L",       "-D",  "-U",
        "-l", "-include", "-T", "-isystem", "-MF", "-Xlinker"};
    for (int i = 1; i < argc; i++) {
        int rc = image_option(build, &i, argc, argv, err);
        if (rc < 0)
            return rc;
        if (rc == 0)
            continue;
        build->args[build->count++] = argv[i];
        for (size_t n = 0; n < sizeof no_link / sizeof no_link[0]; n++)
            build->has_output |= strcmp(argv[i], no_link[n]) == 0;
        build->has_output |= strncmp(argv[i], "-o", 2) == 0;
        if (!build->first && is_source(argv[i]))
            build->first = argv[i];
        for (size_t n = 0; n < sizeof takes_value / sizeof takes_value[0]; n++)
            if (strcmp(argv[i], takes_value[n]) == 0 && i + 1 < argc) {
                build->args[build->count++] = argv[++i];
                break;
            }
    }
    return 0;
}

static int add_output(struct build *build, struct err *err)
{
    char *out;
    if (build->has_output || !build->first)
        return 0;
    const char *name = strrchr(build->first, '/');
    name = name ? name + 1 : build->first;
    int len = (int)(strrchr(name, '.') - name);
    if (asprintf(&out, "-o%.*s.uni", len, name) < 0)
        return err_set(err, ENOMEM, "options");
    build->args[build->count++] = out;
    return 0;
}

static int uni_build(int argc, char **argv, struct err *err)
{
    struct paths paths;
    struct build build = {.count = 1};
    char *cc;

    if (argc < 2)
        return err_refuse(err, "expected files to build, see uni-build --help");
    if (paths_init(&paths, err) < 0)
        return -err->code;
    build.args = calloc((size_t)argc + 3, sizeof *build.args);
    if (!build.args || asprintf(&cc, "%s/uni-cc", paths.bin) < 0)
        return err_set(err, ENOMEM, "options");
    build.args[0] = cc;
    if (parse(&build, argc, argv, err) < 0 || add_output(&build, err) < 0)
        return -err->code;
    execv(cc, build.args);
    return err_set(err, errno, "run %s", cc);
}

int main(int argc, char **argv)
{
    struct err err;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("uni-build (Septum) " SEPTUM_VERSION) < 0 ? EXIT_TROUBLE
                                                              : 0;
    if (uni_build(argc, argv, &err) < 0) {
        fprintf(stderr, "uni-build: %s\n", err.text);
        return EXIT_TROUBLE;
    }
    return 0;
}
