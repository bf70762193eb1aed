/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters and arithmetic of wordexp: POSIX.1-2008 2.6.2, 2.6.4. */
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wordexp.h>

#include "wordexp.h"

static size_t name_len(const char *s)
{
    size_t len = 0;
    while (s[len] == '_' || (s[len] >= 'a' && s[len] <= 'z') ||
           (s[len] >= 'A' && s[len] <= 'Z') ||
           (len && s[len] >= '0' && s[len] <= '9'))
        len++;
    return len;
}

static void take_off_backslashes(char *text)
{
    char *to = text;
    for (const char *from = text; *from; *to++ = *from++)
        if (*from == '\\' && from[1])
            from++;
    *to = 0;
}

/* Expands `text` to one string, for free(); as a pattern it keeps what shows
 * the quotes. */
static int expand_apart(const struct expansion *outer, const char *text,
                        bool is_pattern, char **out)
{
    struct expansion e = {.flags = outer->flags, .depth = outer->depth + 1};
    struct word all = {0};
    int rc = e.depth > WORDEXP_DEPTH_MAX
                 ? WRDE_SYNTAX
                 : __libc_word_expand(&e, &text, "", false);
    if (rc == 0)
        rc = __libc_word_end(&e);
    size_t size = 1;
    for (size_t i = 0; i < e.count; i++)
        size += strlen(e.list[i]) + 1;
    if (rc == 0 && !(all.text = calloc(1, size)))
        rc = WRDE_NOSPACE;
    for (size_t i = 0; i < e.count; i++) {
        if (rc == 0 && i)
            all.text[all.len++] = ' ';
        if (rc == 0) {
            strcpy(all.text + all.len, e.list[i]);
            all.len += strlen(e.list[i]);
        }
        free(e.list[i]);
    }
    free(e.list);
    free(e.word.text);
    if (rc == 0 && !is_pattern)
        take_off_backslashes(all.text);
    *out = all.text;
    return rc;
}

/* The '}' that ends what begins at s, or NULL. */
static const char *closing_brace(const char *s)
{
    unsigned open = 0;
    char quote = 0;

    for (; *s; s++) {
        if (*s == '\\' && quote != '\'') {
            if (!*++s)
                return NULL;
        } else if (quote) {
            quote = *s == quote ? 0 : quote;
        } else if (*s == '\'' || *s == '"') {
            quote = *s;
        } else if (*s == '$' && s[1] == '{') {
            open++;
            s++;
        } else if (*s == '}' && open-- == 0) {
            return s;
        }
    }
    return NULL;
}

/* `value` without what matches at its start (#, ##) or end (%, %%). */
static int trim(struct expansion *e, const char *value, const char *op,
                const char *pattern, bool is_quoted)
{
    size_t len = strlen(value), i;
    bool is_longest = op[1] == op[0], is_prefix = *op == '#';
    char *copy = strdup(value);

    if (!copy)
        return WRDE_NOSPACE;
    for (i = 0; i <= len; i++) {
        /* bytes of the part that goes */
        size_t cut = is_longest ? len - i : i;
        const char *part = is_prefix ? copy : copy + len - cut;
        char kept = copy[cut];
        if (is_prefix)
            copy[cut] = 0;
        bool matches = fnmatch(pattern, part, 0) == 0;
        if (is_prefix)
            copy[cut] = kept;
        if (!matches)
            continue;
        memmove(copy, is_prefix ? copy + cut : copy, len - cut);
        copy[len - cut] = 0;
        break;
    }
    int rc = __libc_word_add_value(e, copy, is_quoted);
    free(copy);
    return rc;
}

static int unset(const struct expansion *e)
{
    return e->flags & WRDE_UNDEF ? WRDE_BADVAL : 0;
}

/* ${name:=text} */
static int assign(struct expansion *e, const char *name, const char *text,
                  bool is_quoted)
{
    char *value;
    int rc = expand_apart(e, text, false, &value);

    if (rc == 0 && setenv(name, value, 1) < 0)
        rc = WRDE_NOSPACE;
    if (rc == 0)
        rc = __libc_word_add_value(e, value, is_quoted);
    free(value);
    return rc;
}

static int complain(const struct expansion *e, const char *name,
                    const char *text)
{
    char *message;
    int rc = expand_apart(e, text, false, &message);

    if (rc == 0 && e->flags & WRDE_SHOWERR)
        (void)fprintf(stderr, "%s: %s\n", name,
                      *message ? message : "parameter null or not set");
    free(message);
    return rc ? rc : WRDE_BADVAL;
}

static int substitute(struct expansion *e, const char *text, bool is_quoted)
{
    if (e->depth == WORDEXP_DEPTH_MAX)
        return WRDE_SYNTAX;
    e->depth++;
    int rc = __libc_word_expand(e, &text, "", is_quoted);
    e->depth--;
    return rc;
}

/* ${name}, ${name OP text}: op and text may be empty. */
static int parameter(struct expansion *e, const char *name, const char *op,
                     const char *text, bool is_quoted)
{
    const char *value = getenv(name);
    bool has_value = value && (*value || *op != ':');

    if (*op == ':')
        op++;
    switch (*op) {
    case '-':
        return has_value ? __libc_word_add_value(e, value, is_quoted)
                         : substitute(e, text, is_quoted);
    case '=':
        return has_value ? __libc_word_add_value(e, value, is_quoted)
                         : assign(e, name, text, is_quoted);
    case '?':
        return has_value ? __libc_word_add_value(e, value, is_quoted)
                         : complain(e, name, text);
    case '+':
        return has_value ? substitute(e, text, is_quoted) : 0;
    }
    if (!value)
        return unset(e);
    if (!*op)
        return __libc_word_add_value(e, value, is_quoted);
    char *pattern;
    int rc = expand_apart(e, text, true, &pattern);
    if (rc == 0)
        rc = trim(e, value, op, pattern, is_quoted);
    free(pattern);
    return rc;
}

/* The operator at s: its length, 0 at the end, -1: none that is known. */
static int op_len(const char *s, const char *end)
{
    if (s == end)
        return 0;
    if (*s == ':')
        return s[1] && strchr("-=?+", s[1]) ? 2 : -1;
    if (strchr("-=?+", *s))
        return 1;
    if (*s == '%' || *s == '#')
        return s[1] == *s ? 2 : 1;
    return -1;
}

static int count_of(struct expansion *e, const char *name)
{
    const char *value = getenv(name);
    char number[24];

    if (!value && unset(e))
        return WRDE_BADVAL;
    (void)snprintf(number, sizeof number, "%zu", value ? strlen(value) : 0);
    return __libc_word_add_value(e, number, true);
}

static int braces(struct expansion *e, const char **at, bool is_quoted)
{
    const char *start = *at + 2, *end = closing_brace(start);
    bool is_count = *start == '#' && name_len(start + 1);

    if (!end)
        return WRDE_SYNTAX;
    start += is_count;
    size_t len = name_len(start);
    int op = len ? op_len(start + len, end) : -1;
    if (op < 0 || (is_count && op))
        return WRDE_SYNTAX;
    char *name = strndup(start, len);
    char *sign = strndup(start + len, (size_t)op);
    char *text =
        strndup(start + len + op, (size_t)(end - start) - len - (size_t)op);
    int rc = WRDE_NOSPACE;
    if (name && sign && text)
        rc = is_count ? count_of(e, name)
                      : parameter(e, name, sign, text, is_quoted);
    free(name);
    free(sign);
    free(text);
    *at = end + 1;
    return rc;
}

struct sum {
    const char *at;
    unsigned depth;
    bool has_failed;
};

static const struct {
    char op[3];
    int rank;
} operators[] = {{"||", 1}, {"&&", 2}, {"==", 6}, {"!=", 6}, {"<=", 7},
                 {">=", 7}, {"<<", 8}, {">>", 8}, {"|", 3},  {"^", 4},
                 {"&", 5},  {"<", 7},  {">", 7},  {"+", 9},  {"-", 9},
                 {"*", 10}, {"/", 10}, {"%", 10}};

static void skip_blanks(struct sum *s)
{
    s->at += strspn(s->at, " \t\n");
}

static long fail(struct sum *s)
{
    s->has_failed = true;
    return 0;
}

static long apply(struct sum *s, const char *op, long a, long b)
{
    unsigned long x = (unsigned long)a, y = (unsigned long)b;
    bool is_double = op[1];

    switch (*op) {
    case '|':
        return is_double ? a || b : a | b;
    case '&':
        return is_double ? a && b : a & b;
    case '^':
        return a ^ b;
    case '=':
        return a == b;
    case '!':
        return a != b;
    case '<':
        return op[1] == '=' ? a <= b
               : is_double  ? (long)(x << (y & 63))
                            : a < b;
    case '>':
        return op[1] == '=' ? a >= b : is_double ? a >> (y & 63) : a > b;
    case '+':
        return (long)(x + y);
    case '-':
        return (long)(x - y);
    case '*':
        return (long)(x * y);
    default: /* the one quotient that does not fit, too */
        if (b == 0 || (b == -1 && x == 1ul << 63))
            return fail(s);
        return *op == '/' ? a / b : a % b;
    }
}

static long expression(struct sum *s, int rank);

static long primary(struct sum *s)
{
    skip_blanks(s);
    char c = *s->at;
    if (c && strchr("+-!~(", c)) {
        if (++s->depth > 100)
            return fail(s);
        s->at++;
        long value = c == '(' ? expression(s, 0) : primary(s);
        s->depth--;
        if (c != '(')
            return c == '-'   ? (long)-(unsigned long)value
                   : c == '!' ? !value
                   : c == '~' ? ~value
                              : value;
        skip_blanks(s);
        if (*s->at != ')')
            return fail(s);
        s->at++;
        return value;
    }
    size_t len = name_len(s->at);
    if (len) {
        char *name = strndup(s->at, len);
        const char *value = name ? getenv(name) : NULL;
        free(name);
        s->at += len;
        return value ? strtol(value, NULL, 0) : 0;
    }
    if (c < '0' || c > '9')
        return fail(s);
    return strtol(s->at, (char **)&s->at, 0);
}

/* Operators that bind more tightly than `rank`. */
static long expression(struct sum *s, int rank)
{
    long value = primary(s);

    while (!s->has_failed) {
        size_t i = 0, count = sizeof operators / sizeof operators[0];
        skip_blanks(s);
        while (i < count &&
               strncmp(s->at, operators[i].op, strlen(operators[i].op)) != 0)
            i++;
        if (i < count && operators[i].rank > rank) {
            s->at += strlen(operators[i].op);
            long right = expression(s, operators[i].rank);
            value = apply(s, operators[i].op, value, right);
        } else if (*s->at == '?' && rank == 0) {
            s->at++;
            long yes = expression(s, 0);
            skip_blanks(s);
            if (*s->at != ':')
                return fail(s);
            s->at++;
            long no = expression(s, 0);
            value = value ? yes : no;
        } else {
            break;
        }
    }
    return value;
}

/* $((...)) */
static int arithmetic(struct expansion *e, const char **at)
{
    const char *start = *at + 3, *end = start;
    int open = 0;

    for (; *end && !(open == 0 && end[0] == ')' && end[1] == ')'); end++)
        open += *end == '(' ? 1 : *end == ')' ? -1 : 0;
    if (!*end)
        return WRDE_SYNTAX;
    char *text = strndup(start, (size_t)(end - start)), *ready = NULL;
    if (!text)
        return WRDE_NOSPACE;
    int rc = expand_apart(e, text, false, &ready);
    free(text);
    if (rc == 0) {
        struct sum s = {.at = ready};
        char number[24];
        long value = expression(&s, 0);
        skip_blanks(&s);
        (void)snprintf(number, sizeof number, "%ld", value);
        rc = s.has_failed || *s.at ? WRDE_SYNTAX
                                   : __libc_word_add_value(e, number, true);
    }
    free(ready);
    *at = end + 2;
    return rc;
}

int __libc_word_dollar(struct expansion *e, const char **at, bool is_quoted)
{
    const char *p = *at + 1;
    size_t len = name_len(p);

    if (*p == '(')
        return p[1] == '(' ? arithmetic(e, at) : WRDE_CMDSUB;
    if (*p == '{')
        return braces(e, at, is_quoted);
    if (len) {
        char *name = strndup(p, len);
        int rc = name ? parameter(e, name, "", "", is_quoted) : WRDE_NOSPACE;
        free(name);
        *at = p + len;
        return rc;
    }
    *at = p;
    if (!*p || !strchr("@*#?-$!0123456789", *p))
        return __libc_word_add(e, '$', true);
    (*at)++; /* a shell's own; there is none, and no arguments */
    return *p == '#' || *p == '?' ? __libc_word_add_value(e, "0", true)
           : *p == '$'            ? __libc_word_add_value(e, "1", true)
                                  : 0;
}
