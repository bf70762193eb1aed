/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions: what GNU's take, where they match, how they fail. */
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <string.h>

#define E REG_EXTENDED
#define I REG_ICASE
#define N REG_NEWLINE
#define NOT_BOL (REG_NOTBOL << EXEC_SHIFT)
#define NOT_EOL (REG_NOTEOL << EXEC_SHIFT)
#define EXEC_SHIFT 8
#define GROUPS 10

static const struct {
    const char *pattern, *text;
    int flags; /* regexec's from EXEC_SHIFT on */
} cases[] = {
    /* clang-format off: one a line */
    {"^^", "x", E},
    {"^^", "x", 0},
    {"^^", "^x", 0},
    {"^^x", "^x", 0},
    {"\\b^x", "x", 0},
    {"\\B^", "ab", 0},
    {"\\B^x", "b^x", 0},
    {"\\(^a\\)", "a", 0},
    {"a\\|^b", "b", 0},
    {"\\(^*a\\)", "*a", 0},
    {"^*a", "*a", 0},
    {"^*", "x", E},
    {"^*a", "*a", E},
    {"(^)*a", "a", E},
    {"(^a)*a", "a", E},
    {"\\b*a", "a", E},
    {"a|*b", "b", E},
    {"$*", "x", E},
    {"(*a)", "a", E},
    {"(+a)", "a", E},
    {"(|*a)", "a", E},
    {"{1}", "x", E},
    {"a{1", "a{1", E},
    {"a{1x}", "a", E},
    {"a{,}", "aa", E},
    {"a{}", "a", E},
    {"a{,2}", "aaa", E},
    {"a{2,1}", "a", E},
    {"a{32767}", "a", E},
    {"a{32768}", "a", E},
    {"a{99999999999}", "a", E},
    {"a{x", "a{x", E},
    {"a\\{1", "a", 0},
    {"a\\{1a", "a", 0},
    {"\\{1\\}", "a", 0},
    {"a\\{,2\\}", "aaa", 0},
    {"\\+", "+", 0},
    {"\\?a", "?a", 0},
    {"\\(+a\\)", "+a", 0},
    {"\\(\\+a\\)", "+a", 0},
    {"\\(*\\)", "*", 0},
    {"a\\|*b", "*b", 0},
    {"a\\|\\+b", "+b", 0},
    {"a**", "aa", 0},
    {"a*\\+", "aa", 0},
    {"a\\+*", "aa", 0},
    {"\\)", ")", 0},
    {")", ")", E},
    {"a)", "a)", E},
    {"(a))", "a)", E},
    {"a)b|c", "a)b", E},
    {"()", "x", E},
    {"a||b", "b", E},
    {"|", "b", E},
    {"(|)", "b", E},
    {"|a", "a", E},
    {"\\|", "b", 0},
    {"a\\|", "b", 0},
    {"\\(\\|a\\)", "b", 0},
    {"[[=a=]]", "a", E},
    {"[[.-.]]", "-", E},
    {"[[.a.]-c]", "b", E},
    {"[a-[.c.]]", "b", E},
    {"[[=a=]b]+", "ab", E},
    {"[[.space.]]", " ", E},
    {"[[.hyphen.]]", "-", E},
    {"[[.ab.]]", "a", E},
    {"[[.]", "a", E},
    {"[[.a", "a", E},
    {"[[=]", "a", E},
    {"[[:foo:]]", "a", E},
    {"[[:alpha", "a", E},
    {"[[:alpha:", "a", E},
    {"[[:]", ":", E},
    {"[[:x]", ":", E},
    {"[:alpha:]", "a", E},
    {"[a", "a", E},
    {"[", "a", E},
    {"[]", "a", E},
    {"[^]", "a", E},
    {"[]]", "]", E},
    {"[^]]", "]a", E},
    {"[]a]", "]", E},
    {"[]-a]", "^", E},
    {"[b-a]", "a", E},
    {"[a-]", "-", E},
    {"[-a]", "-", E},
    {"[a-c-e]", "-", E},
    {"[a-c-e]", "d", E},
    {"[--a]", ".", E},
    {"[a--]", "-", E},
    {"[%--]", "-", E},
    {"[+--]", ",", E},
    {"[a\\]", "\\", E},
    {"[\\n]", "n", E},
    {"[\\n]", "\\", E},
    {"[\\w]", "w", E},
    {"[a-z&&[b]]", "b]", E},
    {"[[a]]", "a]", E},
    {"[[:alpha:]-z]", "-", E},
    {"[a-[:digit:]]", "a", E},
    {"[a-[=c=]]", "a", E},
    {"[[=a=]-c]", "b", E},
    {"[z-[.z.]]", "z", E},
    {"[[:upper:]]", "a", E | I},
    {"[^[:upper:]]", "a", E | I},
    {"[^a]", "A", E | I},
    {"[A-C]+", "abC", E | I},
    {"[^A-C]+", "abCd", E | I},
    {"\\n", "n", 0},
    {"\\n", "n", E},
    {"\\t", "t", E},
    {"\\d", "d", E},
    {"\\x41", "x41", E},
    {"\\/", "/", E},
    {"\\-", "-", E},
    {"\\\"", "\"", E},
    {"\\{", "{", E},
    {"\\}", "}", E},
    {"\\_", "_", E},
    {"a\\", "a", E},
    {"\\", "a", E},
    {"\\", "a", 0},
    {"(a)\\1", "aa", E},
    {"(a)\\1", "a1", E},
    {"(a)\\2", "aa", E},
    {"\\1(a)", "aa", E},
    {"(\\1)", "aa", E},
    {"(a\\1)", "aa", E},
    {"((a)\\2)", "aa", E},
    {"((a)\\1)", "aa", E},
    {"(a)|\\1", "aa", E},
    {"(a)|b\\1", "b", E},
    {"(\\w+)\\s+\\1", "the the", E},
    {"(.*)\\1", "abab", E},
    {"(.+)\\1", "xabab", E},
    {"^(.*)\\1$", "abab", E},
    {"(a)(b)?\\1", "aa", E},
    {"(a)?\\1b", "b", E},
    {"(a*)*\\1", "aa", E},
    {"(a|b)*\\1", "abb", E},
    {"\\(a*\\)*\\1", "aa", 0},
    {"\\([a-z]\\)\\1", "xyyz", 0},
    {"\\([a-z]\\)\\1", "xyYz", I},
    {"([a-z])\\1", "xyYz", E | I},
    {"\\(.\\)\\(.\\)\\2\\1", "xabbay", 0},
    {"(.)(.)(.)\\3\\2\\1", "abccba", E},
    {"^(.?)(.?)(.?)(.?)(.?)(.?)(.?)(.?)(.?).?\\9\\8\\7\\6\\5\\4\\3\\2\\1$",
     "abcdefghgfedcba", E},
    {"(a)\\n\\1", "a\na", E | N},
    {"\\(", "(", E},
    {"(", "(", E},
    {"a(b", "(", E},
    {"\\(a", "a", 0},
    {"(a", "a", E},
    {"\\b(foo|bar)\\b", "a bar b", E},
    {"(foo)\\b", "foo bar", E},
    {"\\B", "ab", E},
    {"\\B", "a", E},
    {"\\B", "", E},
    {"\\b", "", E},
    {"\\b", " ", E},
    {"\\B", " ", E},
    {"\\<", "ab", E},
    {"\\>", "ab", E},
    {"\\bfoo", "foo", E},
    {"foo\\b", "foo", E},
    {"\\Boo\\b", "foo", E},
    {"\\w\\b", "ab c", E},
    {".\\b.", "ab c", E},
    {"x\\b", "xy x", E},
    {"\\b\\w+\\b", " ab", E},
    {"a\\b b", "a b", E},
    {"\\`a", "ba", E},
    {"a\\'", "ab", E},
    {"\\`a", "b\na", E | N},
    {"^a", "b\na", E | N},
    {"a\\'", "a\nb", E | N},
    {"a$", "a\nb", E | N},
    {"\\`a", "a", E | NOT_BOL},
    {"^a", "a", E | NOT_BOL},
    {"\\ba", "a", E | NOT_BOL},
    {"a\\'", "a", E | NOT_EOL},
    {"a$", "a", E | NOT_EOL},
    {"a\\b", "a", E | NOT_EOL},
    {"^a", "a\na", E | N | NOT_BOL},
    {"^b", "a\nb", E | N | NOT_BOL},
    {"a$", "a\na", E | N | NOT_EOL},
    {".", "\n", E | N},
    {".", "\n", E},
    {"[^a]", "\n", E | N},
    {"\\W", "\n", E | N},
    {"\\S", "\na", E | N},
    {"\\s", "\n", E | N},
    {"^$", "a\n\nb", E | N},
    {"$", "a\nb", E | N},
    {"^", "\nb", E | N},
    {"a{1,300}", "aaa", E},
    {"^.{1,1000}$", "aaa", E},
    {"a{1}{2}", "aa", E},
    {"a**", "aaa", E},
    {"a+?", "aaa", E},
    {"a*?b", "aab", E},
    {"a?+", "aaa", E},
    {"(a+)+", "aaa", E},
    {"(a*)*", "aaa", E},
    {"(a*)+", "b", E},
    {"(a|ab)(c|bcd)(d*)", "abcd", E},
    {"(([a-z]+)([0-9]+))+", "abc123def45", E},
    {"(.*)(.*)", "ab", E},
    {"(.?)(.?)(.?)", "ab", E},
    {"(a|b)*c|(a|ab)*c", "abc", E},
    {"(^|x)a", "xa", E},
    {"(^|,)a($|,)", "b,a", E},
    {"(^|$)", "ab", E},
    {"x($|^)", "yx", E},
    {"a^b", "a^b", E},
    {"a^b", "a^b", 0},
    {"a$b", "a$b", 0},
    {"a$b", "a$b", E},
    {"x{0}y", "xy", E},
    {"(x){0}y", "xy", E},
    {"(x){0,1}y", "xy", E},
    {"(a|b){2,3}", "abab", E},
    {"(a?){3}b", "aab", E},
    {"(a?b?){2}", "ab", E},
    {"([0-9]{1,3}\\.){3}[0-9]{1,3}", "ip 10.0.0.255 z", E},
    {"^([^=]+)=(.*)$", "key=value", E},
    {"^[ \t]*([A-Za-z_]+)[ \t]*=[ \t]*(.*)[ \t]*$", "  foo = bar", E},
    {"^\\([^:]*\\):\\([^:]*\\)", "root:x:0", 0},
    {"^(https?)://([^/:]+)(:([0-9]+))?(/.*)?$", "http://a.b:80/c", E},
    {"^(https?)://([^/:]+)(:([0-9]+))?(/.*)?$", "http://a.b/c", E},
    /* clang-format on */
};

static void show(const char *pattern, const char *text, int flags)
{
    regex_t re;
    regmatch_t m[GROUPS];
    int rc = regcomp(&re, pattern, flags & ((1 << EXEC_SHIFT) - 1));
    printf("%x '%s' on '%s':", flags, pattern, text);
    if (rc) {
        printf(" error %d\n", rc);
        return;
    }
    rc = regexec(&re, text, GROUPS, m, flags >> EXEC_SHIFT);
    if (rc)
        printf(" none %d", rc);
    for (size_t i = 0; !rc && i <= re.re_nsub && i < GROUPS; i++)
        printf(" %d-%d", m[i].rm_so, m[i].rm_eo);
    printf(" of %zu\n", re.re_nsub);
    regfree(&re);
}

/* Each of these patterns, extended and basic, on each of these texts. */
static void products(void)
{
    static const char *const patterns[] = {
        "a",      "^a",       "a$",       "a*b",         ".",          "[ab]",
        "[^ab]",  "\\w",      "\\W",      "\\s",         "\\S",        "\\b",
        "\\B",    "\\<",      "\\>",      "\\ba",        "a\\b",       "\\Ba",
        "a\\B",   "\\`a",     "a\\'",     "\\w*\\b",     "a.b",        "^$",
        "(a|b)*", "(a)|b",    "\\(a\\)*", "\\(a\\|b\\)", "\\(.\\)\\1", "(.)\\1",
        "a\\+",   "a+",       "a\\{2\\}", "a{2}",        "a{,2}b",     "(^|b)a",
        "a($|b)", "(\\<|b)a", "a|^b|c$",  "x*",
    };
    static const char *const texts[] = {"",    "a",    "b",       "ab",
                                        "ba",  "aab",  "a b",     "abab",
                                        "A_b", "a\nb", "xa ba\n", "-bb-aa"};
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            show(patterns[i], texts[k], E);
            show(patterns[i], texts[k], (k & 1) * I);
            show(patterns[i], texts[k], E | N);
        }
}

/* From match[0].rm_so to rm_eo; what is before counts for anchors. */
static void ranges(const char *pattern, int flags)
{
    static const char text[] = "foo bar foo";
    regex_t re;
    regmatch_t m[2];
    int rc = regcomp(&re, pattern, E | flags);
    for (int from = 0; rc == 0 && from < 9; from++) {
        m[0].rm_so = from;
        m[0].rm_eo = 10;
        rc = regexec(&re, text, 2, m, REG_STARTEND);
        printf("%s from %d: %d", pattern, from, rc);
        if (rc == 0 && !(flags & REG_NOSUB))
            printf(" %d-%d", m[0].rm_so, m[0].rm_eo);
        printf("\n");
        rc = 0;
    }
    regfree(&re);
}

static void messages(void)
{
    regex_t re;
    char text[80], part[8];
    printf("%d\n", regcomp(&re, "a", 0));
    for (int code = 0; code <= REG_BADRPT; code++) {
        size_t len = regerror(code, &re, text, sizeof text);
        regerror(code, &re, part, sizeof part);
        printf("%d %zu %s, %s, %zu\n", code, len, text, part,
               regerror(code, &re, NULL, 0));
    }
    regfree(&re);
}

/* The same pattern on a long text, and many patterns. */
static void large(void)
{
    static char text[20001], pattern[4001];
    memset(text, 'x', sizeof text - 1);
    memcpy(text + 15000, "needle 42", 9);
    show("needle ([0-9]+)", text, E);
    show("x(y|z)|needle.*2", text, E);
    memset(pattern, 'x', sizeof pattern - 1);
    show(pattern, text, 0);
    show("x{100,300}n", text, E);
    show("(x{2}){100}", text, E);
}

static void characters(void)
{
    static const char *const locales[] = {"C", "C.UTF-8"};
    for (size_t i = 0; i < 2; i++) {
        printf("%d\n", setlocale(LC_ALL, locales[i]) != NULL);
        show(".", "\xc3\xa9", E);
        show("^.$", "\xc3\xa9", E);
        show("\xc3\xa9+x", "a\xc3\xa9\xc3\xa9x", E);
        show("(\xc3\xa9)\\1", "a\xc3\xa9\xc3\xa9x", E);
        show("\\w+", "-\xc3\xa9t\xc3\xa9-", E);
        show("[^a]b",
             "a\xc3\xa9"
             "b",
             E);
        show("\xff"
             "b",
             "a\xff"
             "b",
             E);
        show("a.b",
             "a\xff"
             "b ab a.b",
             E);
        show("b$",
             "\xff\xfe"
             "b",
             E);
        show("\xc3\x89", "\xc3\xa9", E | I);
        show("(.)x\\1", "\xc3\x89x\xc3\xa9", E | I);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        show(cases[i].pattern, cases[i].text, cases[i].flags);
    products();
    ranges("foo", 0);
    ranges("^foo|\\bba", 0);
    ranges("(o)\\1", 0);
    ranges("fo$|r", 0);
    ranges("bar", REG_NOSUB);
    messages();
    large();
    characters();
    return 0;
}
