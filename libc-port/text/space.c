/* SPDX-License-Identifier: Apache-2.0 */
/* White space beyond ASCII, as glibc has it: not what forbids a break. */
#include <wctype.h>

int iswblank(wint_t c)
{
    return c == ' ' || c == '\t' || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a && c != 0x2007) || c == 0x205f ||
           c == 0x3000;
}

int iswspace(wint_t c)
{
    return iswblank(c) || (c >= '\n' && c <= '\r') || c == 0x2028 ||
           c == 0x2029;
}

int iswblank_l(wint_t c, locale_t locale)
{
    (void)locale;
    return iswblank(c);
}

int iswspace_l(wint_t c, locale_t locale)
{
    (void)locale;
    return iswspace(c);
}
