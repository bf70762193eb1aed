/* SPDX-License-Identifier: Apache-2.0 */
/* regerror: GNU's words. */
#include <regex.h>
#include <string.h>

static const char *const messages[] = {
    [REG_NOERROR] = "Success",
    [REG_NOMATCH] = "No match",
    [REG_BADPAT] = "Invalid regular expression",
    [REG_ECOLLATE] = "Invalid collation character",
    [REG_ECTYPE] = "Invalid character class name",
    [REG_EESCAPE] = "Trailing backslash",
    [REG_ESUBREG] = "Invalid back reference",
    [REG_EBRACK] = "Unmatched [, [^, [:, [., or [=",
    [REG_EPAREN] = "Unmatched ( or \\(",
    [REG_EBRACE] = "Unmatched \\{",
    [REG_BADBR] = "Invalid content of \\{\\}",
    [REG_ERANGE] = "Invalid range end",
    [REG_ESPACE] = "Memory exhausted",
    [REG_BADRPT] = "Invalid preceding regular expression",
    [REG_EEND] = "Premature end of regular expression",
    [REG_ESIZE] = "Regular expression too big",
    [REG_ERPAREN] = "Unmatched ) or \\)",
};

size_t regerror(int code, const regex_t *re, char *buf, size_t size)
{
    (void)re;
    const char *text = "Unknown error";
    if (code >= 0 && (size_t)code < sizeof messages / sizeof messages[0])
        text = messages[code];
    size_t len = strlen(text) + 1;
    if (size > 0) {
        size_t n = len < size ? len : size;
        memcpy(buf, text, n);
        buf[n - 1] = 0;
    }
    return len;
}
