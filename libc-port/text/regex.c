/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regcomp: newlib's engine knows POSIX's patterns. Programs from Linux also
 * use what GNU's has beyond: \w \W \s \S \< \> \b \` \' everywhere, \+ \? \|
 * in basic ones. Those are rewritten in POSIX's words (and [[:<:]], [[:>:]],
 * which newlib's engine takes) before it sees them.
 */
#include <regex.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int __libc_regcomp(regex_t *re, const char *pattern, int flags);

struct rewrite {
    const char *from;
    char *to, *start;   /* at most GROWTH times as long as the pattern */
    bool is_extended;   /* what comes out; the pattern's own is in flags */
    bool is_after_word; /* what came out last ends with a word's character */
};

#define GROWTH 16u

static void put(struct rewrite *r, const char *text, size_t len)
{
    memcpy(r->to, text, len);
    r->to += len;
}

static void put_text(struct rewrite *r, const char *text)
{
    put(r, text, strlen(text));
}

/* Behind the ']' that ends the list at s, or at the end of the pattern. */
static const char *list_end(const char *s)
{
    s++;
    s += *s == '^';
    s += *s == ']';
    while (*s && *s != ']') {
        if (*s == '[' && s[1] && strchr(".:=", s[1])) {
            char kind = s[1];
            for (s += 2; *s && !(*s == kind && s[1] == ']'); s++)
                ;
            s += *s ? 1 : 0;
        }
        s += *s ? 1 : 0;
    }
    return *s ? s + 1 : s;
}

static bool is_word(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* \c for the classes and edges that both kinds of pattern have. */
static bool put_gnu(struct rewrite *r, char c)
{
    static const struct {
        char c;
        char text[16];
    } known[] = {{'w', "[[:alnum:]_]"},
                 {'W', "[^[:alnum:]_]"},
                 {'s', "[[:space:]]"},
                 {'S', "[^[:space:]]"},
                 {'<', "[[:<:]]"},
                 {'>', "[[:>:]]"},
                 {'`', "^"},
                 {'\'', "$"}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (c != known[i].c)
            continue;
        put_text(r, known[i].text);
        r->is_after_word = c == 'w';
        return true;
    }
    if (c != 'b')
        return false;
    /* An edge: of the word that has just been, or of one to come. */
    put_text(r, r->is_after_word ? "[[:>:]]" : "[[:<:]]");
    r->is_after_word = false;
    return true;
}

/* A backslash and c, of an extended pattern. */
static void escape_extended(struct rewrite *r, char c)
{
    if (put_gnu(r, c))
        return;
    put(r, (char[]){'\\', c}, 2);
    r->is_after_word = is_word(c);
}

/* The same of a basic one, which may be coming out as an extended one. */
static void escape_basic(struct rewrite *r, char c)
{
    if (strchr("(){}|", c) && c) {
        put(r, (char[]){'\\', c}, r->is_extended ? 0 : 2);
        if (r->is_extended)
            put(r, &c, 1);
        r->is_after_word = false;
    } else if (c == '+' || c == '?') {
        if (r->is_extended)
            put(r, &c, 1);
        else
            put_text(r, c == '+' ? "\\{1,\\}" : "\\{0,1\\}");
    } else {
        escape_extended(r, c);
    }
}

/* Where a basic pattern's branch begins and ends: * ^ $ have their meaning
 * by place there. */
static bool is_branch_start(const char *pattern, const char *at)
{
    return at == pattern || (at >= pattern + 2 && at[-2] == '\\' &&
                             (at[-1] == '(' || at[-1] == '|') &&
                             !(at >= pattern + 3 && at[-3] == '\\'));
}

static bool is_branch_end(const char *at)
{
    return !*at || (*at == '\\' && (at[1] == ')' || at[1] == '|'));
}

/* A character of a basic pattern that comes out as an extended one. */
static void basic_to_extended(struct rewrite *r, const char *pattern)
{
    char c = *r->from;
    bool is_plain =
        strchr("+?|(){}", c) ||
        (c == '^' && !is_branch_start(pattern, r->from)) ||
        (c == '$' && !is_branch_end(r->from + 1)) ||
        (c == '*' &&
         (is_branch_start(pattern, r->from) ||
          (r->from[-1] == '^' && is_branch_start(pattern, r->from - 1))));
    if (is_plain)
        put(r, "\\", 1);
    put(r, &c, 1);
    r->is_after_word = is_word(c) || (c == '*' && r->is_after_word);
}

static void rewrite(struct rewrite *r, const char *pattern, bool is_extended)
{
    for (r->from = pattern; *r->from;) {
        char c = *r->from;
        if (c == '[') {
            const char *end = list_end(r->from);
            put(r, r->from, (size_t)(end - r->from));
            r->is_after_word = true;
            r->from = end;
            continue;
        }
        if (c == '\\' && r->from[1]) {
            if (is_extended)
                escape_extended(r, r->from[1]);
            else
                escape_basic(r, r->from[1]);
            r->from += 2;
            continue;
        }
        if (is_extended || !r->is_extended) {
            put(r, &c, 1);
            if (!strchr("+*?}", c)) /* these repeat what was */
                r->is_after_word = is_word(c);
        } else {
            basic_to_extended(r, pattern);
        }
        r->from++;
    }
    *r->to = 0;
}

/* Is there a \c with c in the set, outside of lists? */
static bool has_escape(const char *pattern, const char *set)
{
    while (*pattern) {
        if (*pattern == '[') {
            pattern = list_end(pattern);
        } else if (*pattern == '\\' && pattern[1]) {
            if (strchr(set, pattern[1]))
                return true;
            pattern += 2;
        } else {
            pattern++;
        }
    }
    return false;
}

int regcomp(regex_t *re, const char *pattern, int flags)
{
    bool is_extended = flags & REG_EXTENDED;
    const char *set = is_extended ? "wWsS<>b`'" : "wWsS<>b`'+?|";

    if (flags & (REG_NOSPEC | REG_PEND) || !has_escape(pattern, set))
        return __libc_regcomp(re, pattern, flags);
    struct rewrite r = {.is_extended = is_extended};
    /* Basic patterns have no alternatives, extended ones no \1. */
    if (!is_extended && has_escape(pattern, "|") &&
        !has_escape(pattern, "123456789")) {
        r.is_extended = true;
        flags |= REG_EXTENDED;
    }
    r.start = r.to = malloc(GROWTH * strlen(pattern) + 1);
    if (!r.start)
        return REG_ESPACE;
    rewrite(&r, pattern, is_extended);
    int rc = __libc_regcomp(re, r.start, flags);
    free(r.start);
    return rc;
}
