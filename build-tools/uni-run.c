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

#include "build-tools/paths.h"
#include "common/err.h"

#define EXIT_TROUBLE 126 /* as tender(1): the host lacks something */
#define WORDS_MAX 64

static const char help[] =
    "Usage: uni-run [tender options] IMAGE [ARGS...]\n"
    "Run an image that a build has made: tender(1) with --mem=1G.\n"
    "The program sees its own root file system and a fresh /tmp, no file of\n"
    "the host; input and output are uni-run's.\n"
    "Environment:\n"
    "  UNI_RUN_OPTIONS  options for tender, separated by spaces, such as\n"
    "                   \"--cage=kvm --mem=4G\"\n"
    "Exit status: the program's, or tender's 125, 126 and 128 + signal.\n";

static int uni_run(int argc, char **argv, struct err *err)
{
    struct paths paths;
    char *tender, *words = getenv("UNI_RUN_OPTIONS");
    char **args = calloc((size_t)argc + WORDS_MAX + 3, sizeof *args);
    size_t count = 0;

    if (argc < 2)
        return err_refuse(err, "expected an image, see uni-run --help");
    if (paths_init(&paths, err) < 0)
        return -err->code;
    words = strdup(words ? words : "");
    if (!args || !words || asprintf(&tender, "%s/tender", paths.bin) < 0)
        return err_set(err, ENOMEM, "options");

    args[count++] = tender;
    args[count++] = "--mem=1G";
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        if (count == WORDS_MAX)
            return err_refuse(err, "UNI_RUN_OPTIONS: at most %d options",
                              WORDS_MAX - 2);
        args[count++] = word;
    }
    for (int i = 1; i < argc; i++)
        args[count++] = argv[i];
    execv(tender, args);
    return err_set(err, errno, "run %s", tender);
}

int main(int argc, char **argv)
{
    struct err err;

    if (argc == 2 && strcmp(argv[1], "--help") == 0)
        return fputs(help, stdout) < 0 ? EXIT_TROUBLE : 0;
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("uni-run (Septum) " SEPTUM_VERSION) < 0 ? EXIT_TROUBLE : 0;
    uni_run(argc, argv, &err);
    fprintf(stderr, "uni-run: %s\n", err.text);
    return EXIT_TROUBLE;
}
