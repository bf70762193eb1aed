/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of /proc/mounts and /etc/fstab: man 5 fstab. */
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

#define LINE_SIZE 4096

FILE *setmntent(const char *path, const char *mode)
{
    return fopen(path, mode);
}

int endmntent(FILE *stream)
{
    if (stream)
        (void)fclose(stream);
    return 1;
}

static int is_octal(const char *s)
{
    return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' &&
           s[2] >= '0' && s[2] <= '7';
}

/* The next word; blanks within it are written as \040 and the like. */
static char *word(char **at)
{
    char *start = *at + strspn(*at, " \t"), *to = start;
    const char *from = start;

    for (; *from && *from != ' ' && *from != '\t'; to++) {
        if (from[0] == '\\' && is_octal(from + 1)) {
            *to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
                         (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *at = start + (from - start) + (*from != 0);
    *to = 0;
    return start;
}

struct mntent *getmntent_r(FILE *stream, struct mntent *entry, char *buf,
                           int size)
{
    char *at;

    do {
        if (!fgets(buf, size, stream))
            return NULL;
        size_t len = strcspn(buf, "\n");
        if (!buf[len]) /* longer than the buffer: the rest is dropped */
            for (int c; (c = getc(stream)) != EOF && c != '\n';)
                ;
        buf[len] = 0;
        at = buf + strspn(buf, " \t");
    } while (!*at || *at == '#');
    entry->mnt_fsname = word(&at);
    entry->mnt_dir = word(&at);
    entry->mnt_type = word(&at);
    entry->mnt_opts = word(&at);
    entry->mnt_freq = (int)strtol(at, &at, 10);
    entry->mnt_passno = (int)strtol(at, &at, 10);
    return entry;
}

struct mntent *getmntent(FILE *stream)
{
    static struct mntent entry;
    static char buf[LINE_SIZE];

    return getmntent_r(stream, &entry, buf, sizeof buf);
}

static void put_word(FILE *stream, const char *text)
{
    for (; *text; text++) {
        if (*text == ' ' || *text == '\t' || *text == '\n' || *text == '\\')
            (void)fprintf(stream, "\\%03o", *text);
        else
            (void)putc(*text, stream);
    }
    (void)putc(' ', stream);
}

int addmntent(FILE *stream, const struct mntent *entry)
{
    if (fseek(stream, 0, SEEK_END) < 0)
        return 1;
    put_word(stream, entry->mnt_fsname);
    put_word(stream, entry->mnt_dir);
    put_word(stream, entry->mnt_type);
    put_word(stream, entry->mnt_opts);
    (void)fprintf(stream, "%d %d\n", entry->mnt_freq, entry->mnt_passno);
    return fflush(stream) == EOF || ferror(stream);
}

char *hasmntopt(const struct mntent *entry, const char *option)
{
    size_t len = strlen(option);

    for (char *at = entry->mnt_opts; at && *at; at += strspn(at, ",")) {
        if (strncmp(at, option, len) == 0 &&
            (!at[len] || at[len] == ',' || at[len] == '='))
            return at;
        at += strcspn(at, ",");
    }
    return NULL;
}
