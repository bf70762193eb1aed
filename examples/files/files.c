/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files: the folder `data` is the image's read-only root file system. What
 * the program writes goes to memory above it and is gone at the end.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void show(const char *path)
{
    char line[128];
    FILE *file = fopen(path, "r");
    if (!file)
        die(path);
    while (fgets(line, sizeof line, file))
        printf("%s: %s", path, line);
    fclose(file);
}

static void append(const char *path, const char *text)
{
    FILE *file = fopen(path, "a");
    if (!file || fputs(text, file) == EOF || fclose(file) == EOF)
        die(path);
}

int main(void)
{
    struct dirent **entries;
    struct stat st;

    show("/etc/motd");
    append("/etc/motd", "and one more, which lives in memory\n");
    show("/etc/motd");

    append("/tmp/new", "made by the program\n");
    if (mkdir("/tmp/folder", 0755) < 0 || rename("/tmp/new", "/tmp/folder/x"))
        die("/tmp");
    show("/tmp/folder/x");

    int count = scandir("/etc", &entries, NULL, alphasort);
    for (int i = 0; i < count; i++)
        printf("/etc has %s\n", entries[i]->d_name);
    if (lstat("/etc/link", &st) < 0 || !S_ISLNK(st.st_mode))
        die("/etc/link");
    return 0;
}
