/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the containers of the OCI validation suite run, as an image: the suite
 * asks for "true", "ls", "sleep N" and three shell commands, and looks at the
 * container from outside. tests/oci/validation puts it in their place.
 */
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
    FILE *file = fopen(trapped, "w");
    if (file)
        fclose(file);
    _exit(0);
}

/* "echo 'TEXT' >> FILE", "touch FILE", "trap 'touch FILE' SIGNAL; sleep..." */
static int shell(const char *line)
{
    char text[64], path[64], name[16];
    if (sscanf(line, "echo '%63[^']' >> %63s", text, path) == 2) {
        FILE *file = fopen(path, "a");
        return !file || fprintf(file, "%s\n", text) < 0 || fclose(file) != 0;
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
    return 0;
}
