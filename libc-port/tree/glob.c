/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glob: POSIX.1-2008, and GNU's braces and tildes. A pattern is expanded one
 * path component after the other; a component without special characters is
 * taken as it is, so that only directories that must be are read.
 */
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <glob.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct search {
    int flags;
    int (*on_error)(const char *, int);
    glob_t *result;
    char path[PATH_MAX];
};

static int add(glob_t *g, const char *path, bool is_marked)
{
    size_t skip = (g->gl_flags & GLOB_DOOFFS) ? g->gl_offs : 0;
    size_t at = skip + g->gl_pathc, len = strlen(path);
    char **list = reallocarray(g->gl_pathv, at + 2, sizeof *list);

    if (!list)
        return GLOB_NOSPACE;
    if (!g->gl_pathv)
        memset(list, 0, skip * sizeof *list);
    g->gl_pathv = list;
    list[at] = NULL;
    char *copy = malloc(len + 2);
    if (!copy)
        return GLOB_NOSPACE;
    memcpy(copy, path, len + 1);
    if (is_marked && (!len || copy[len - 1] != '/'))
        memcpy(copy + len, "/", 2);
    list[at] = copy;
    list[at + 1] = NULL;
    g->gl_pathc++;
    return 0;
}

static bool has_special(const char *p, size_t len, int flags)
{
    for (size_t i = 0; i < len; i++) {
        if (p[i] == '*' || p[i] == '?' || p[i] == '[')
            return true;
        if (p[i] == '\\' && !(flags & GLOB_NOESCAPE) && i + 1 < len)
            i++;
    }
    return false;
}

/* Copies without the backslashes that quote. Returns bytes, or SIZE_MAX. */
static size_t unquote(char *to, size_t room, const char *from, size_t len,
                      int flags)
{
    size_t out = 0;

    for (size_t i = 0; i < len; i++) {
        if (from[i] == '\\' && !(flags & GLOB_NOESCAPE) && i + 1 < len)
            i++;
        if (out + 1 >= room)
            return SIZE_MAX;
        to[out++] = from[i];
    }
    to[out] = 0;
    return out;
}

static int expand(struct search *s, size_t len, const char *pattern);

static int failed(struct search *s, const char *path)
{
    int error = errno;

    if ((s->on_error && s->on_error(path, error)) || (s->flags & GLOB_ERR))
        return GLOB_ABORTED;
    return 0;
}

/* The whole pattern is consumed: does path[0..len) exist? */
static int found(struct search *s, size_t len)
{
    struct stat st;

    s->path[len] = 0;
    if (lstat(s->path, &st) < 0)
        return 0;
    bool is_dir =
        S_ISDIR(st.st_mode) ||
        (S_ISLNK(st.st_mode) && stat(s->path, &st) == 0 && S_ISDIR(st.st_mode));
    return add(s->result, s->path, is_dir && (s->flags & GLOB_MARK));
}

/* A component with special characters against what the directory holds. */
static int match_dir(struct search *s, size_t len, const char *pattern,
                     size_t part_len)
{
    char part[PATH_MAX];
    int fnm = (s->flags & GLOB_NOESCAPE ? FNM_NOESCAPE : 0) |
              (s->flags & GLOB_PERIOD ? 0 : FNM_PERIOD);
    struct dirent *entry;
    int rc = 0;

    if (part_len >= sizeof part)
        return 0;
    memcpy(part, pattern, part_len);
    part[part_len] = 0;
    s->path[len] = 0;
    DIR *dir = opendir(len ? s->path : ".");
    if (!dir)
        return errno == ENOENT || errno == ENOTDIR
                   ? 0
                   : failed(s, len ? s->path : ".");
    while (rc == 0 && (errno = 0, entry = readdir(dir))) {
        size_t name_len = strlen(entry->d_name);
        /* What goes on below must be able to: a directory, or a link. */
        if ((pattern[part_len] || (s->flags & GLOB_ONLYDIR)) &&
            entry->d_type != DT_DIR && entry->d_type != DT_LNK &&
            entry->d_type != DT_UNKNOWN)
            continue;
        if (len + name_len + 1 >= sizeof s->path ||
            fnmatch(part, entry->d_name, fnm) != 0)
            continue;
        memcpy(s->path + len, entry->d_name, name_len + 1);
        rc = expand(s, len + name_len, pattern + part_len);
    }
    if (rc == 0 && errno) {
        s->path[len] = 0;
        rc = failed(s, len ? s->path : ".");
    }
    (void)closedir(dir);
    return rc;
}

/* path[0..len) is what the pattern's part before `pattern` became. */
static int expand(struct search *s, size_t len, const char *pattern)
{
    while (*pattern == '/') {
        if (len + 1 >= sizeof s->path)
            return 0;
        s->path[len++] = *pattern++;
    }
    if (!*pattern)
        return found(s, len);
    size_t part_len = strcspn(pattern, "/");
    if (has_special(pattern, part_len, s->flags))
        return match_dir(s, len, pattern, part_len);
    size_t n = unquote(s->path + len, sizeof s->path - len, pattern, part_len,
                       s->flags);
    if (n == SIZE_MAX)
        return 0;
    return expand(s, len + n, pattern + part_len);
}

/* ~ and ~user at the front. Returns a new string, or NULL and a result. */
static char *expand_tilde(const char *pattern, int flags, int *rc)
{
    size_t name_len = strcspn(pattern, "/");
    char name[64];
    const char *home = NULL;

    *rc = 0;
    if (!(flags & (GLOB_TILDE | GLOB_TILDE_CHECK)) || *pattern != '~')
        return strdup(pattern);
    if (name_len == 1)
        home = getenv("HOME");
    if (!home && name_len <= sizeof name) {
        memcpy(name, pattern + 1, name_len - 1);
        name[name_len - 1] = 0;
        const struct passwd *pw =
            name_len == 1 ? getpwuid(getuid()) : getpwnam(name);
        home = pw ? pw->pw_dir : NULL;
    }
    if (!home) {
        *rc = flags & GLOB_TILDE_CHECK ? GLOB_NOMATCH : 0;
        return *rc ? NULL : strdup(pattern);
    }
    char *out = malloc(strlen(home) + strlen(pattern + name_len) + 1);
    if (out)
        strcpy(stpcpy(out, home), pattern + name_len);
    return out;
}

static int compare(const void *a, const void *b)
{
    return strcoll(*(char *const *)a, *(char *const *)b);
}

static int glob_one(const char *pattern, struct search *s)
{
    glob_t *g = s->result;
    size_t before = g->gl_pathc;
    int rc;
    char *text = expand_tilde(pattern, s->flags, &rc);

    if (!text)
        return rc ? rc : GLOB_NOSPACE;
    rc = *text ? expand(s, 0, text) : 0;
    if (rc == 0 && g->gl_pathc == before) {
        rc = GLOB_NOMATCH;
        if ((s->flags & GLOB_NOCHECK) ||
            ((s->flags & GLOB_NOMAGIC) &&
             !has_special(pattern, strlen(pattern), s->flags)))
            rc = add(g, pattern, false);
    } else if (rc == 0 && !(s->flags & GLOB_NOSORT)) {
        size_t skip = (g->gl_flags & GLOB_DOOFFS) ? g->gl_offs : 0;
        qsort(g->gl_pathv + skip + before, g->gl_pathc - before,
              sizeof *g->gl_pathv, compare);
    }
    free(text);
    return rc;
}

/* The end of a brace's alternative: "," at this level or the closing "}". */
static const char *alternative_end(const char *p, int flags)
{
    int depth = 0;

    for (; *p; p++) {
        if (*p == '\\' && !(flags & GLOB_NOESCAPE) && p[1])
            p++;
        else if (*p == '{')
            depth++;
        else if ((*p == '}' && depth-- == 0) || (*p == ',' && depth == 0))
            return p;
    }
    return NULL;
}

static int glob_braces(const char *pattern, struct search *s)
{
    const char *open = strchr(pattern, '{');

    if (!(s->flags & GLOB_BRACE) || !open || strncmp(open, "{}", 2) == 0)
        return glob_one(pattern, s);
    const char *close = open + 1;
    while ((close = alternative_end(close, s->flags)) && *close == ',')
        close++;
    if (!close)
        return glob_one(pattern, s);
    int matched = GLOB_NOMATCH;
    for (const char *from = open + 1; from <= close;) {
        const char *end = alternative_end(from, s->flags);
        char *text = malloc(strlen(pattern) + 1);
        if (!text)
            return GLOB_NOSPACE;
        size_t head = (size_t)(open - pattern), len = (size_t)(end - from);
        memcpy(text, pattern, head);
        memcpy(text + head, from, len);
        strcpy(text + head + len, close + 1);
        int rc = glob_braces(text, s);
        free(text);
        if (rc != 0 && rc != GLOB_NOMATCH)
            return rc;
        if (rc == 0)
            matched = 0;
        from = end + 1;
    }
    return matched;
}

int glob(const char *restrict pattern, int flags,
         int (*on_error)(const char *, int), glob_t *restrict g)
{
    if (!(flags & GLOB_APPEND)) {
        g->gl_pathc = 0;
        g->gl_pathv = NULL;
        if (!(flags & GLOB_DOOFFS))
            g->gl_offs = 0;
    }
    g->gl_flags = flags;
    struct search *s = malloc(sizeof *s);
    if (!s)
        return GLOB_NOSPACE;
    s->flags = flags;
    s->on_error = on_error;
    s->result = g;
    int rc, unmatched = flags & (GLOB_NOCHECK | GLOB_NOMAGIC);
    if (flags & GLOB_BRACE)
        s->flags &= ~unmatched; /* no alternative stands for itself */
    rc = glob_braces(pattern, s);
    if (rc == GLOB_NOMATCH && (flags & GLOB_BRACE) && unmatched) {
        s->flags = flags;
        rc = glob_one(pattern, s);
    }
    free(s);
    return rc;
}

void globfree(glob_t *g)
{
    size_t skip = (g->gl_flags & GLOB_DOOFFS) ? g->gl_offs : 0;

    for (size_t i = 0; g->gl_pathv && i < g->gl_pathc; i++)
        free(g->gl_pathv[skip + i]);
    free(g->gl_pathv);
    g->gl_pathv = NULL;
    g->gl_pathc = 0;
}
