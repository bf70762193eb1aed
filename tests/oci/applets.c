/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the containers of the OCI validation suite run, as an image: the suite
 * asks for "true", "ls", "sleep N" and three shell commands, and looks at the
 * container from outside; what looks from inside, runtimetest, can't be had.
 * tests/oci/validation puts it in their place.
 */
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char trapped[64];

static void on_trap(int sig)
{
    (void)sig;
    (void)close(open(trapped, O_WRONLY | O_CREAT | O_TRUNC, 0666));
    _exit(0);
}

/* "echo 'TEXT' >> FILE", "touch FILE", "trap 'touch FILE' SIGNAL; sleep..." */
static int shell(const char *line)
{
    char text[64], path[64], name[16];
    if (sscanf(line, "echo '%63[^']' >> %63s", text, path) == 2) {
        FILE *file = fopen(path, "a");
        if (!file)
            return 1;
        int rc = fprintf(file, "%s\n", text);
        return fclose(file) != 0 || rc < 0;
    }
    if (sscanf(line, "touch %63s", path) == 1) {
        FILE *file = fopen(path, "a");
        return !file || fclose(file) != 0;
    }
    if (sscanf(line, "trap 'touch %63[^']' %15[A-Z]", trapped, name) == 2) {
        int sig = strcmp(name, "TERM") == 0 ? SIGTERM : SIGUSR1;
        signal(sig, on_trap);
        sleep(10);
        return 0;
    }
    printf("sh: %s: not known here\n", line);
    return 127;
}

int main(int argc, char **argv)
{
    const char *name = basename(argv[0]);
    if (strcmp(name, "sleep") == 0 && argc > 1)
        sleep((unsigned)atoi(argv[1]));
    else if (strcmp(name, "sh") == 0 && argc > 2)
        return shell(argv[2]);
    else if (strcmp(name, "runtimetest") == 0)
        puts("not ok 1 - it is a Linux program");
    else if (strcmp(name, "true") == 0)
        sleep(1); /* pidfile kills it while it runs */
    return 0;
}
