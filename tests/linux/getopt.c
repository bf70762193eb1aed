/* SPDX-License-Identifier: Apache-2.0 */
/* args: -a -b v one --long=x --opt two -cin --unk --lon y -z --amb -- -d e */
/* getopt, getopt_long, getopt_long_only: answers, messages, permutation. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int flag;
static const struct option options[] = {
    {"long", required_argument, NULL, 'l'},
    {"opt", optional_argument, NULL, 'o'},
    {"flag", no_argument, &flag, 7},
    {"amber", no_argument, NULL, 1},
    {"ambush", no_argument, NULL, 2},
    {NULL, 0, NULL, 0},
};

static void show(int argc, char **argv, const char *spec, int kind)
{
    int c, index = -1;
    char **copy = calloc((size_t)argc + 1, sizeof *copy);
    memcpy(copy, argv, (size_t)argc * sizeof *copy);
    copy[0] = "prog";
    optind = 0;
    printf("%s %d\n", spec, kind);
    for (;;) {
        index = -1;
        c = kind == 0   ? getopt(argc, copy, spec)
            : kind == 1 ? getopt_long(argc, copy, spec, options, &index)
                        : getopt_long_only(argc, copy, spec, options, &index);
        if (c == -1)
            break;
        printf("  %d '%c' %s %d %d opt %d\n", c, c > 31 ? c : '.',
               optarg ? optarg : "-", optind, index,
               c == '?' || c == ':' ? optopt : 0);
    }
    for (int i = optind; i < argc; i++)
        printf("  [%s]", copy[i]);
    printf("\n");
    free(copy);
}

int main(int argc, char **argv)
{
    static char *more[] = {"prog", "-flag",     "-long",  "v",
                           "-x",   "--flag=no", "--long", NULL};
    static char *missing[] = {"prog", "-b", NULL};
    static char *words[] = {"prog",   "-W", "amber",  "-dWlong=v", "-W",
                            "long",   "w",  "-Wnone", "-W",        "flag=3",
                            "-Wflag", "-W", NULL};
    show(argc, argv, "ab:c::d", 0);
    show(argc, argv, "+ab:c::d", 0);
    show(argc, argv, "-ab:c::d", 0);
    show(argc, argv, ":ab:c::d", 0);
    show(argc, argv, "ab:c::d", 1);
    show(argc, argv, "+ab:c::d", 1);
    show(argc, argv, "-ab:c::d", 1);
    show(7, more, "x", 2);
    show(2, missing, "b:", 0);
    show(2, missing, ":b:", 0);
    show(12, words, "dW;", 1);
    show(12, words, "dW;", 0);
    printf("%d\n", flag);
    return 0;
}
