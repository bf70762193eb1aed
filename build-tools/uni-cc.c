/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-cc: gcc for Septum. It runs the host's gcc with a specs file that says
 * where headers and libraries are and that uni-ld links; so every option of
 * gcc works, and what is linked is an image. Only options for the image
 * (-Wu,...) and questions about the target are answered here.
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
#define SPEC_PREFIX "-Wu,--"

static const char help[] =
    "Usage: uni-cc [gcc options] [-Wu,--OPTION=VALUE...] FILES...\n"
    "Compile and link C for Septum: gcc's options, and the output of a link\n"
    "is an image for tender(1). Options for the image, one for each -Wu:\n"
    "  -Wu,--net=NAME      a network device (--optional-net: may be absent)\n"
    "  -Wu,--block=NAME    a block device (--optional-block)\n"
    "  -Wu,--stream=NAME   a stream to a host process (--optional-stream)\n"
    "  -Wu,--rootfs=DIR    a folder to be the root file system\n"
    "  -Wu,--root=ro       no writing to it (rw: copies in memory)\n"
    "  -Wu,--tmpfs=PATH[:SIZE]  one more file system in memory\n"
    "  -Wu,--arg=ARG       an argument, if none is given at start\n"
    "  -Wu,--env=K=V       a variable of the environment\n"
    "  -Wu,--cwd=DIR       the working folder at start\n"
    "  -Wu,--stack=SIZE    bytes of main's stack (1M)\n"
    "  -Wu,--mem=SIZE      least memory it can run with\n"
    "Environment: UNI_GCC, the gcc to run (gcc). gcc's own help: gcc --help\n"
    "Exit status: gcc's; 1 for other trouble.\n";

/* Questions that gcc would answer for the host. */
static bool answer(const char *arg, const struct paths *paths)
{
    if (strcmp(arg, "-dumpmachine") == 0)
        return puts("x86_64-septum-elf") >= 0;
    if (strcmp(arg, "-print-multiarch") == 0)
        return puts("") >= 0;
    if (strcmp(arg, "-print-multi-os-directory") == 0)
        return puts(".") >= 0;
    if (strcmp(arg, "-print-sysroot") == 0)
        return puts(paths->sysroot) >= 0;
    if (strcmp(arg, "--help") == 0)
        return fputs(help, stdout) >= 0;
    return false;
}

/*
 * gcc drops unknown -W options with a prefix of its own, so an image option
 * travels to uni-ld as an option of the linker.
 */
static int image_option(char **args, size_t *count, const char *arg,
                        struct err *err)
{
    const char *text = arg + strlen(SPEC_PREFIX);
    size_t name_len = strcspn(text, "=");
    if (!img_opts_known(text, name_len) || text[name_len] != '=')
        return err_refuse(err,
                          "%s: expected an image option with a value, "
                          "see uni-cc --help",
                          arg);
    char *out;
    if (asprintf(&out, "--uni-%s", text) < 0)
        return err_set(err, ENOMEM, "%s", arg);
    args[(*count)++] = "-Xlinker";
    args[(*count)++] = out;
    return 0;
}

/* What comes before the user's options; room for it is in HEAD_MAX. */
#define HEAD_MAX 64
static int head(char **args, size_t *count, const struct paths *paths,
                struct err *err)
{
    char flags[] = UNI_MACHINE_FLAGS;
    char *specs, *prefix;

    if (asprintf(&specs, "-specs=%s/lib/uni.specs", paths->sysroot) < 0 ||
        asprintf(&prefix, "-B%s/lib/", paths->sysroot) < 0)
        return err_set(err, ENOMEM, "options");
    args[(*count)++] = NULL; /* gcc finds its parts by its own name */
    args[(*count)++] = specs;
    args[(*count)++] = prefix;
    args[(*count)++] = "-static";
    args[(*count)++] = "-D__septum__=1";
    for (char *flag = strtok(flags, " "); flag; flag = strtok(NULL, " ")) {
        char *copy = strdup(flag);
        if (!copy)
            return err_set(err, ENOMEM, "options");
        if (*count == HEAD_MAX)
            return err_say(err, E2BIG, "too many machine flags");
        args[(*count)++] = copy;
    }
    return 0;
}

static int run_gcc(const struct paths *paths, char **args, struct err *err)
{
    const char *gcc = getenv("UNI_GCC");
    if (!gcc || !*gcc)
        gcc = "gcc";
    if (setenv("UNI_SYSROOT", paths->sysroot, 1) < 0 ||
        setenv("UNI_BIN", paths->bin, 1) < 0)
        return err_set(err, errno, "setenv");
    /* Folders of the host's libraries; a cross compiler has none. */
    (void)unsetenv("LIBRARY_PATH");
    args[0] = (char *)gcc;
    execvp(gcc, args);
    return err_set(err, errno, "%s", gcc);
}

static int uni_cc(int argc, char **argv, struct err *err)
{
    struct paths paths;
    if (paths_init(&paths, err) < 0)
        return -err->code;
    for (int i = 1; i < argc; i++)
        if (answer(argv[i], &paths))
            return 0;

    char **args = calloc(HEAD_MAX + 2 * (size_t)argc + 1, sizeof *args);
    if (!args)
        return err_set(err, ENOMEM, "options");
    size_t count = 0;
    if (head(args, &count, &paths, err) < 0)
        return -err->code;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], SPEC_PREFIX, strlen(SPEC_PREFIX)) != 0)
            args[count++] = argv[i];
        else if (image_option(args, &count, argv[i], err) < 0)
            return -err->code;
    }
    return run_gcc(&paths, args, err);
}

int main(int argc, char **argv)
{
    struct err err;

    if (uni_cc(argc, argv, &err) < 0) {
        fprintf(stderr, "uni-cc: %s\n", err.text);
        return EXIT_TROUBLE;
    }
    return 0;
}
