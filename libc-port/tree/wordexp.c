/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wordexp: POSIX.1-2008 2.6 without commands. One pass makes words out of the
 * text (tilde, parameters, arithmetic, field splitting) with a backslash before
 * each character that was quoted; then each word is a pattern for glob, which
 * takes the backslashes off.
 */
#include <glob.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

#include "wordexp.h"

static const char *separators(void)
{
    const char *ifs = getenv("IFS");
    return ifs ? ifs : " \t\n";
}

static int put(struct word *word, char c)
{
    if (word->len + 1 >= word->size) {
        size_t size = word->size ? 2 * word->size : 64;
        char *text = realloc(word->text, size);
        if (!text)
            return WRDE_NOSPACE;
        word->text = text;
        word->size = size;
    }
    word->text[word->len++] = c;
    word->text[word->len] = 0;
    return 0;
}

/* A word has begun, though it may stay empty: "". */
static int begin(struct word *word)
{
    if (word->text)
        return 0;
    int rc = put(word, 0);
    if (rc == 0)
        word->len = 0;
    return rc;
}

int __libc_word_add(struct expansion *e, char c, bool is_quoted)
{
    int rc = 0;
    if (is_quoted && strchr("\\*?[]-!^{}~", c))
        rc = put(&e->word, '\\');
    return rc ? rc : put(&e->word, c);
}

int __libc_word_end(struct expansion *e)
{
    if (!e->word.text)
        return 0;
    if (e->count + 1 >= e->room) {
        size_t room = e->room ? 2 * e->room : 8;
        char **list = reallocarray(e->list, room, sizeof *list);
        if (!list)
            return WRDE_NOSPACE;
        e->list = list;
        e->room = room;
    }
    e->list[e->count++] = e->word.text;
    e->word = (struct word){0};
    return 0;
}

int __libc_word_add_value(struct expansion *e, const char *value,
                          bool is_quoted)
{
    const char *ifs = separators();
    int rc = 0;

    for (; *value && rc == 0; value++) {
        if (!is_quoted && strchr(ifs, *value)) {
            if (!strchr(" \t\n", *value)) /* a:: has an empty field */
                rc = begin(&e->word);
            if (rc == 0)
                rc = __libc_word_end(e);
        } else if (!is_quoted && *value == '\\') {
            rc = __libc_word_add(e, '\\', true);
        } else {
            rc = __libc_word_add(e, *value, is_quoted);
        }
    }
    return rc;
}

/* ~ or ~user at the start of a word; stays as it is for nobody known. */
static int tilde(struct expansion *e, const char **at)
{
    const char *name = *at + 1;
    size_t len = strcspn(name, "/ \t\n\"'\\$`");
    const char *home = NULL;
    char *user = strndup(name, len);
    const struct passwd *pw = NULL;

    if (!user)
        return WRDE_NOSPACE;
    if (!len)
        home = getenv("HOME");
    if (!home)
        pw = len ? getpwnam(user) : getpwuid(getuid());
    free(user);
    if (pw)
        home = pw->pw_dir;
    if (!home) {
        (*at)++;
        return __libc_word_add(e, '~', true);
    }
    *at = name + len;
    return __libc_word_add_value(e, home, true);
}

static int single_quotes(struct expansion *e, const char **at)
{
    int rc = begin(&e->word);

    for ((*at)++; rc == 0 && **at != '\''; (*at)++) {
        if (!**at)
            return WRDE_SYNTAX;
        rc = __libc_word_add(e, **at, true);
    }
    (*at)++;
    return rc;
}

static int double_quotes(struct expansion *e, const char **at)
{
    int rc = begin(&e->word);

    (*at)++;
    if (rc == 0)
        rc = __libc_word_expand(e, at, "\"", true);
    if (rc == 0 && **at != '"')
        return WRDE_SYNTAX;
    (*at)++;
    return rc;
}

/* *at is at a backslash. */
static int escape(struct expansion *e, const char **at, bool is_quoted)
{
    char c = (*at)[1];

    if (!c)
        return WRDE_SYNTAX;
    if (is_quoted && !strchr("$`\"\\\n}", c)) {
        (*at)++;
        return __libc_word_add(e, '\\', true);
    }
    *at += 2;
    return c == '\n' ? 0 : __libc_word_add(e, c, true);
}

/* One character, or what it begins. */
static int one(struct expansion *e, const char **at, bool is_quoted)
{
    switch (**at) {
    case '\\':
        return escape(e, at, is_quoted);
    case '$':
        return __libc_word_dollar(e, at, is_quoted);
    case '`':
        return WRDE_CMDSUB;
    case '"':
        if (!is_quoted)
            return double_quotes(e, at);
        break;
    case '\'':
        if (!is_quoted)
            return single_quotes(e, at);
        break;
    case '~':
        if (!is_quoted && !e->word.text)
            return tilde(e, at);
        break;
    case '\n':
    case '|':
    case '&':
    case ';':
    case '<':
    case '>':
    case '(':
    case ')':
    case '{':
    case '}':
        if (!is_quoted && !e->depth)
            return WRDE_BADCHAR;
        break;
    }
    return __libc_word_add(e, *(*at)++, is_quoted);
}

int __libc_word_expand(struct expansion *e, const char **at, const char *stop,
                       bool is_quoted)
{
    int rc = 0;

    while (rc == 0 && **at && !strchr(stop, **at)) {
        if (!is_quoted && (**at == ' ' || **at == '\t')) {
            rc = __libc_word_end(e);
            (*at)++;
        } else {
            rc = one(e, at, is_quoted);
        }
    }
    return rc;
}

/* Room for `more` words and the NULL in the caller's list. */
static int reserve(wordexp_t *words, size_t more)
{
    size_t offs = words->we_offs, count = words->we_wordc;
    char **list =
        reallocarray(words->we_wordv, offs + count + more + 1, sizeof *list);

    if (!list)
        return WRDE_NOSPACE;
    if (!words->we_wordv)
        memset(list, 0, offs * sizeof *list);
    words->we_wordv = list;
    list[offs + count] = NULL;
    return 0;
}

/* The paths that a pattern stands for, or itself without backslashes. */
static int add_paths(wordexp_t *words, const char *pattern)
{
    glob_t found;
    int rc = glob(pattern, GLOB_NOCHECK, NULL, &found);

    if (rc == GLOB_NOSPACE)
        return WRDE_NOSPACE;
    if (rc)
        return WRDE_SYNTAX;
    rc = reserve(words, found.gl_pathc);
    for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++) {
        char *copy = strdup(found.gl_pathv[i]);
        if (!copy) {
            rc = WRDE_NOSPACE;
            break;
        }
        if (found.gl_pathc == 1 && strcmp(copy, pattern) == 0) {
            char *to = copy;
            for (const char *from = copy; *from; *to++ = *from++)
                if (*from == '\\' && from[1])
                    from++;
            *to = 0;
        }
        words->we_wordv[words->we_offs + words->we_wordc++] = copy;
        words->we_wordv[words->we_offs + words->we_wordc] = NULL;
    }
    globfree(&found);
    return rc;
}

static int collect(const char *text, wordexp_t *words, int flags)
{
    struct expansion e = {.flags = flags};
    int rc = __libc_word_expand(&e, &text, "", false);

    if (rc == 0)
        rc = __libc_word_end(&e);
    if (rc == 0)
        rc = reserve(words, 0);
    for (size_t i = 0; i < e.count; i++) {
        if (rc == 0)
            rc = add_paths(words, e.list[i]);
        free(e.list[i]);
    }
    free(e.list);
    free(e.word.text);
    return rc;
}

int wordexp(const char *text, wordexp_t *words, int flags)
{
    if (flags & WRDE_REUSE)
        wordfree(words);
    if (!(flags & WRDE_APPEND)) {
        words->we_wordc = 0;
        words->we_wordv = NULL;
    }
    if (!(flags & WRDE_DOOFFS))
        words->we_offs = 0;
    wordexp_t before = *words;
    int rc = collect(text, words, flags);
    if (rc && !(flags & WRDE_APPEND)) {
        wordfree(words);
    } else if (rc) { /* as if it had not been called */
        while (words->we_wordc > before.we_wordc)
            free(words->we_wordv[words->we_offs + --words->we_wordc]);
        if (words->we_wordv)
            words->we_wordv[words->we_offs + words->we_wordc] = NULL;
    }
    return rc;
}

void wordfree(wordexp_t *words)
{
    for (size_t i = 0; words->we_wordv && i < words->we_wordc; i++)
        free(words->we_wordv[words->we_offs + i]);
    free(words->we_wordv);
    words->we_wordv = NULL;
    words->we_wordc = 0;
}
