/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uni-run: runs an image the way a build runs a program it has built, with
 * plenty of memory and no devices. For CMAKE_CROSSCOMPILING_EMULATOR, test
 * drivers and binfmt_misc (uni-binfmt).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "build-tools/args.h"
#include "build-tools/paths.h"
#include "common/err.h"

#define EXIT_TROUBLE 126 /* as tender(1): the host lacks something */

static const char help[] =
    "Usage: uni-run [tender options] IMAGE [ARGS...]\n"
    "Run an image that a build has made: tender(1) with --mem=1G.\n"
    "The program sees its own root file system and a fresh /tmp, no file of\n"
    "the host; input and output are uni-run's.\n"
    "Environment:\n"
    "  UNI_RUN_OPTIONS  options for tender, separated by spaces, such as\n"
    "                   \"--cage=kvm --mem=4G\"\n"
    "Exit status: the program's, or tender's 125, 126 and 128 + signal.\n";

static int add_words(struct args *args, const char *words, struct err *err)
{
    while (words && *words) {
        int len = (int)strcspn(words, " ");
        if (len && args_add(args, err, "%.*s", len, words) < 0)
            return -err->code;
        words += len;
        words += *words == ' ';
    }
    return 0;
}

static int run_tender(struct args *args, int argc, char **argv, struct err *err)
{
    struct paths paths;

    if (argc < 2)
        return err_refuse(err, "expected an image, see uni-run --help");
    if (paths_init(&paths, err) < 0 ||
        args_add(args, err, "%s/tender", paths.bin) < 0 ||
        args_add(args, err, "--mem=1G") < 0 ||
        add_words(args, getenv("UNI_RUN_OPTIONS"), err) < 0)
        return -err->code;
    for (int i = 1; i < argc; i++)
        if (args_add(args, err, "%s", argv[i]) < 0)
            return -err->code;
    execv(args->v[0], args->v);
    return err_set(err, errno, "run %s", args->v[0]);
}

int main(int argc, char **argv)
{
    struct err err;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("uni-run (Septum) " SEPTUM_VERSION) < 0 ? EXIT_TROUBLE : 0;
    struct args args = {0};
    (void)run_tender(&args, argc, argv, &err); /* back only when it failed */
    args_release(&args);
    fprintf(stderr, "uni-run: %s\n", err.text);
    return EXIT_TROUBLE;
}
