/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fnmatch: POSIX.1-2008 XCU 2.13. Matching goes from left to right; at a
 * mismatch it returns to the last asterisk only, whose string part then grows
 * by one character: an earlier asterisk could match nothing more. So time is
 * at most pattern times string. A slash under FNM_PATHNAME ends that.
 */
#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

/* The next character; a byte that starts none stands for itself, outside of
 * Unicode so that it equals only the same byte. */
static wint_t next_char(const char **text)
{
    wchar_t c;
    mbstate_t state = {0};
    unsigned char byte = (unsigned char)**text;

    if (byte < 0x80) {
        *text += byte != 0;
        return byte;
    }
    size_t len = mbrtowc(&c, *text, MB_CUR_MAX, &state);
    if (len == (size_t)-1 || len == (size_t)-2) {
        (*text)++;
        return 0x40000000 | byte;
    }
    *text += len;
    return (wint_t)c;
}

static wint_t fold(wint_t c, int flags)
{
    return (flags & FNM_CASEFOLD) && c < 0x40000000 ? towlower(c) : c;
}

/* One end of a range, or a single element: c, [.c.] or [=c=]. */
static bool bracket_char(const char **p, int flags, wint_t *c)
{
    if (**p == '[' && ((*p)[1] == '.' || (*p)[1] == '=')) {
        char kind = (*p)[1];
        *p += 2;
        *c = next_char(p);
        if ((*p)[0] != kind || (*p)[1] != ']')
            return false;
        *p += 2;
        return true;
    }
    if (**p == '\\' && !(flags & FNM_NOESCAPE) && (*p)[1])
        (*p)++;
    *c = next_char(p);
    return *c != 0;
}

static bool in_class(const char **p, wint_t c, bool *is_valid)
{
    const char *name = *p + 2;
    const char *end = strstr(name, ":]");
    char buf[16];

    *is_valid = end && (size_t)(end - name) < sizeof buf;
    if (!*is_valid)
        return false;
    memcpy(buf, name, (size_t)(end - name));
    buf[end - name] = 0;
    *p = end + 2;
    return c < 0x40000000 && iswctype(c, wctype(buf));
}

/*
 * A bracket expression after its "[". Returns 1 for a match, 0 for none and
 * -1 if it is no bracket expression; *p then stays, otherwise goes behind it.
 */
static int match_bracket(const char **pattern, wint_t c, int flags)
{
    const char *p = *pattern;
    bool is_negated = *p == '!' || *p == '^', is_match = false;
    wint_t folded = fold(c, flags);

    p += is_negated;
    for (bool is_first = true; is_first || *p != ']'; is_first = false) {
        wint_t low, high;
        if (!*p || (*p == '/' && (flags & FNM_PATHNAME)))
            return -1;
        if (p[0] == '[' && p[1] == ':') {
            bool is_valid;
            is_match |= in_class(&p, c, &is_valid);
            if (!is_valid)
                return -1;
            continue;
        }
        if (!bracket_char(&p, flags, &low))
            return -1;
        high = low;
        if (p[0] == '-' && p[1] && p[1] != ']') {
            p++;
            if (!bracket_char(&p, flags, &high))
                return -1;
        }
        is_match |= (low <= c && c <= high) ||
                    (fold(low, flags) <= folded && folded <= fold(high, flags));
    }
    *pattern = p + 1;
    return is_match != is_negated;
}

/* One element of the pattern other than "*" against one character. */
static bool match_one(const char **pattern, wint_t c, int flags)
{
    wint_t want = next_char(pattern);

    if (want == '?')
        return true;
    if (want == '[') {
        int rc = match_bracket(pattern, c, flags);
        if (rc >= 0)
            return rc;
    } else if (want == '\\' && !(flags & FNM_NOESCAPE)) {
        if (!**pattern) /* it escapes nothing: no match, as on Linux */
            return false;
        want = next_char(pattern);
    }
    return want == c || fold(want, flags) == fold(c, flags);
}

/* A period that must be matched by a period. */
static bool is_hidden(const char *s, const char *start, int flags)
{
    return (flags & FNM_PERIOD) && *s == '.' &&
           (s == start || ((flags & FNM_PATHNAME) && s[-1] == '/'));
}

static bool is_special(const char *p)
{
    return *p == '?' || *p == '*' || *p == '[';
}

int fnmatch(const char *p, const char *s, int flags)
{
    const char *start = s, *star_p = NULL, *star_s = NULL;

    for (;;) {
        if (*p == '*') {
            if (is_hidden(s, start, flags))
                goto back;
            while (*p == '*')
                p++;
            star_p = p;
            star_s = s;
            continue;
        }
        if (!*s || (*s == '/' && (flags & FNM_LEADING_DIR) && !*p)) {
            if (!*p)
                return 0;
            goto back;
        }
        if (*p && !(is_special(p) && is_hidden(s, start, flags))) {
            const char *next_p = p, *next_s = s;
            wint_t c = next_char(&next_s);
            bool is_slash = c == '/' && (flags & FNM_PATHNAME);
            /* Only a slash itself, perhaps quoted, matches a slash. */
            if ((!is_slash || !is_special(p)) && match_one(&next_p, c, flags)) {
                p = next_p;
                s = next_s;
                if (is_slash)
                    star_p = NULL;
                continue;
            }
        }
    back:
        if (!star_p || !*star_s || (*star_s == '/' && (flags & FNM_PATHNAME)))
            return FNM_NOMATCH;
        (void)next_char(&star_s);
        p = star_p;
        s = star_s;
    }
}
