/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf: C11 7.21.6.1, POSIX's numbered arguments, glibc's %m and its texts
 * for null pointers. Grouping (') does nothing in the locales there are.
 */
#include "format.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

enum { NUMBER_MAX = 64, ARG_COUNT_MAX = 64 };

union arg {
    uintmax_t number;
    long double real;
    const void *pointer;
};

/* One call's state. */
struct format {
    struct out *out;
    va_list ap;
    int saved_errno;
    int numbered; /* arguments in arg[]; 0: taken from ap */
    union arg arg[ARG_COUNT_MAX];
};

void __libc_out(struct out *out, const char *text, size_t len)
{
    out->total += len;
    if (__builtin_expect(len <= (size_t)(out->end - out->at), 1)) {
        memcpy(out->at, text, len);
        out->at += len;
    } else {
        out->overflow(out, text, len);
    }
}

void __libc_out_fill(struct out *out, char c, int count)
{
    char block[32];
    if (count <= 0)
        return;
    memset(block, c, sizeof block);
    for (; count > (int)sizeof block; count -= (int)sizeof block)
        __libc_out(out, block, sizeof block);
    __libc_out(out, block, (size_t)count);
}

/* text, padded to the width with spaces. */
static void out_text(struct out *out, const struct spec *spec, const char *text,
                     size_t len)
{
    int pad = len < (size_t)spec->width ? spec->width - (int)len : 0;
    if (!(spec->flags & SPEC_LEFT))
        __libc_out_fill(out, ' ', pad);
    __libc_out(out, text, len);
    if (spec->flags & SPEC_LEFT)
        __libc_out_fill(out, ' ', pad);
}

static char *digits_of(char *end, uintmax_t value, unsigned base, bool is_upper)
{
    static const char lower[] = "0123456789abcdef";
    static const char upper[] = "0123456789ABCDEF";
    const char *digits = is_upper ? upper : lower;
    if (base == 10) {
        for (; value >= 10; value /= 10)
            *--end = (char)('0' + value % 10);
        *--end = (char)('0' + value);
        return end;
    }
    unsigned shift = base == 16 ? 4 : base == 8 ? 3 : 1;
    do
        *--end = digits[value & (base - 1)];
    while (value >>= shift);
    return end;
}

static void out_number(struct out *out, const struct spec *spec,
                       uintmax_t value, unsigned base, const char *prefix)
{
    char buf[NUMBER_MAX], *end = buf + sizeof buf;
    char *text = end;
    if (value != 0 || spec->precision != 0)
        text = digits_of(end, value, base, spec->conversion == 'X');
    int len = (int)(end - text), prefix_len = (int)strlen(prefix);
    int zeros = spec->precision - len;
    if (base == 8 && spec->flags & SPEC_ALT && zeros <= 0 &&
        (len == 0 || *text != '0'))
        zeros = 1;
    if (zeros < 0)
        zeros = 0;
    int pad = spec->width - prefix_len - zeros - len;
    if (spec->flags & SPEC_ZERO && !(spec->flags & SPEC_LEFT) &&
        spec->precision < 0 && pad > 0) {
        zeros += pad;
        pad = 0;
    }
    if (!(spec->flags & SPEC_LEFT))
        __libc_out_fill(out, ' ', pad);
    __libc_out(out, prefix, (size_t)prefix_len);
    __libc_out_fill(out, '0', zeros);
    __libc_out(out, text, (size_t)len);
    if (spec->flags & SPEC_LEFT)
        __libc_out_fill(out, ' ', pad);
}

static uintmax_t narrow(uintmax_t value, const struct spec *spec,
                        bool is_signed)
{
    switch (spec->length) {
    case LENGTH_CHAR:
        return is_signed ? (uintmax_t)(signed char)value : (unsigned char)value;
    case LENGTH_SHORT:
        return is_signed ? (uintmax_t)(short)value : (unsigned short)value;
    case LENGTH_INT:
        return is_signed ? (uintmax_t)(int)value : (unsigned)value;
    default:
        return value;
    }
}

static void out_integer(struct out *out, const struct spec *spec,
                        uintmax_t value)
{
    const char *prefix = "";
    switch (spec->conversion) {
    case 'd':
    case 'i':
        value = narrow(value, spec, true);
        if ((intmax_t)value < 0) {
            prefix = "-";
            value = -value;
        } else if (spec->flags & SPEC_PLUS) {
            prefix = "+";
        } else if (spec->flags & SPEC_SPACE) {
            prefix = " ";
        }
        out_number(out, spec, value, 10, prefix);
        break;
    case 'u':
        out_number(out, spec, narrow(value, spec, false), 10, "");
        break;
    case 'o':
        out_number(out, spec, narrow(value, spec, false), 8, "");
        break;
    case 'b':
    case 'B':
        value = narrow(value, spec, false);
        if (spec->flags & SPEC_ALT && value != 0)
            prefix = spec->conversion == 'B' ? "0B" : "0b";
        out_number(out, spec, value, 2, prefix);
        break;
    default:
        value = narrow(value, spec, false);
        if (spec->flags & SPEC_ALT && value != 0)
            prefix = spec->conversion == 'X' ? "0X" : "0x";
        out_number(out, spec, value, 16, prefix);
    }
}

static void out_string(struct out *out, const struct spec *spec,
                       const char *text)
{
    if (!text) /* glibc: whole or not at all */
        text = spec->precision >= 0 && spec->precision < 6 ? "" : "(null)";
    out_text(out, spec, text,
             spec->precision < 0 ? strlen(text)
                                 : strnlen(text, (size_t)spec->precision));
}

/* False: a character that the locale cannot write. */
static bool out_wide(struct out *out, const struct spec *spec,
                     const wchar_t *text)
{
    mbstate_t state;
    char buf[MB_LEN_MAX];
    size_t len = 0,
           max = spec->precision < 0 ? SIZE_MAX : (size_t)spec->precision;
    if (!text) {
        out_string(out, spec, NULL);
        return true;
    }
    memset(&state, 0, sizeof state);
    const wchar_t *end = text;
    for (; len < max && *end; end++) {
        size_t n = wcrtomb(buf, *end, &state);
        if (n == (size_t)-1)
            return false;
        if (len + n > max)
            break;
        len += n;
    }
    int pad = len < (size_t)spec->width ? spec->width - (int)len : 0;
    if (!(spec->flags & SPEC_LEFT))
        __libc_out_fill(out, ' ', pad);
    memset(&state, 0, sizeof state);
    for (; text < end; text++)
        __libc_out(out, buf, wcrtomb(buf, *text, &state));
    if (spec->flags & SPEC_LEFT)
        __libc_out_fill(out, ' ', pad);
    return true;
}

enum arg_kind { ARG_NONE, ARG_INT, ARG_LONG, ARG_DOUBLE, ARG_LDOUBLE, ARG_PTR };

static enum arg_kind kind_of(const struct spec *spec)
{
    switch (spec->conversion) {
    case 'd':
    case 'i':
    case 'u':
    case 'o':
    case 'x':
    case 'X':
    case 'b':
    case 'B':
    case 'c':
        return spec->length >= LENGTH_LONG ? ARG_LONG : ARG_INT;
    case 'C':
        return ARG_INT;
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return spec->length == LENGTH_LONG_DOUBLE ? ARG_LDOUBLE : ARG_DOUBLE;
    case 's':
    case 'S':
    case 'p':
    case 'n':
        return ARG_PTR;
    default:
        return ARG_NONE;
    }
}

static void next_arg(va_list *ap, enum arg_kind kind, union arg *out)
{
    out->number = 0;
    switch (kind) {
    case ARG_INT:
        out->number = (uintmax_t)(intmax_t)va_arg(*ap, int);
        break;
    case ARG_LONG:
        out->number = va_arg(*ap, uintmax_t);
        break;
    case ARG_DOUBLE:
        out->real = va_arg(*ap, double);
        break;
    case ARG_LDOUBLE:
        out->real = va_arg(*ap, long double);
        break;
    case ARG_PTR:
        out->pointer = va_arg(*ap, void *);
        break;
    case ARG_NONE:
        break;
    }
}

static int read_number(const char **at)
{
    int value = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, **at - '0', &value))
            value = INT_MAX;
    return value;
}

/* "12$": 12, and *at behind it; 0: something else. */
static int read_position(const char **at)
{
    const char *p = *at;
    int position = read_number(&p);
    if (position == 0 || *p != '$')
        return 0;
    *at = p + 1;
    return position;
}

/* What a specification says; the numbers of arguments are 0 where they are
 * not numbered, -1 where there is none. */
struct parsed {
    struct spec spec;
    int value_arg, width_arg, precision_arg;
};

/* *at is behind the '%' and moves behind the conversion. */
static void parse(const char **at, struct parsed *out)
{
    static const char flags[] = "-+ #0'I";
    struct spec *spec = &out->spec;
    const char *flag;

    *out = (struct parsed){
        .spec = {.precision = -1}, .width_arg = -1, .precision_arg = -1};
    out->value_arg = read_position(at);
    for (; **at && (flag = strchr(flags, **at)) != NULL; (*at)++)
        if (flag - flags < 5)
            spec->flags |= 1 << (flag - flags);
    if (**at == '*') {
        (*at)++;
        out->width_arg = read_position(at);
    } else {
        spec->width = read_number(at);
    }
    if (**at == '.') {
        (*at)++;
        spec->precision = 0;
        if (**at == '*') {
            (*at)++;
            out->precision_arg = read_position(at);
        } else if (**at == '-') { /* as if it were not there */
            (*at)++;
            (void)read_number(at);
            spec->precision = -1;
        } else {
            spec->precision = read_number(at);
        }
    }
    spec->length = length_parse(at);
    spec->conversion = **at;
    if (**at)
        (*at)++;
}

/* Numbered arguments are all read before the first is used. False: too many,
 * or a gap that leaves an argument's type unknown. */
static bool read_numbered(struct format *f, const char *format)
{
    uint8_t kinds[ARG_COUNT_MAX] = {0};
    struct parsed p;

    while ((format = strchr(format, '%')) != NULL) {
        format++;
        parse(&format, &p);
        const struct {
            int position;
            enum arg_kind kind;
        } uses[] = {{p.value_arg, kind_of(&p.spec)},
                    {p.width_arg, ARG_INT},
                    {p.precision_arg, ARG_INT}};
        for (int i = 0; i < 3; i++) {
            if (uses[i].position <= 0)
                continue;
            if (uses[i].position > ARG_COUNT_MAX)
                return false;
            kinds[uses[i].position - 1] = (uint8_t)uses[i].kind;
            if (uses[i].position > f->numbered)
                f->numbered = uses[i].position;
        }
    }
    for (int i = 0; i < f->numbered; i++)
        next_arg(&f->ap, kinds[i] ? kinds[i] : ARG_INT, &f->arg[i]);
    return true;
}

static void take(struct format *f, int position, enum arg_kind kind,
                 union arg *out)
{
    if (position > 0 && position <= f->numbered)
        *out = f->arg[position - 1];
    else
        next_arg(&f->ap, kind, out);
}

static int take_int(struct format *f, int position)
{
    union arg arg;
    take(f, position, ARG_INT, &arg);
    return (int)arg.number;
}

static bool convert(struct format *f, const struct spec *spec,
                    const union arg *arg, bool is_long_double)
{
    struct out *out = f->out;
    switch (spec->conversion) {
    case 's':
        if (spec->length != LENGTH_LONG) {
            out_string(out, spec, arg->pointer);
            return true;
        }
        return out_wide(out, spec, arg->pointer);
    case 'S':
        return out_wide(out, spec, arg->pointer);
    case 'c':
        if (spec->length != LENGTH_LONG) {
            char c = (char)arg->number;
            out_text(out, spec, &c, 1);
            return true;
        }
        /* fallthrough */
    case 'C': {
        mbstate_t state;
        char buf[MB_LEN_MAX];
        memset(&state, 0, sizeof state);
        size_t len = wcrtomb(buf, (wchar_t)arg->number, &state);
        if (len == (size_t)-1)
            return false;
        out_text(out, spec, buf, len);
        return true;
    }
    case 'p': {
        struct spec hex = *spec;
        if (!arg->pointer) {
            out_text(out, spec, "(nil)", 5);
            return true;
        }
        hex.conversion = 'x';
        hex.flags |= SPEC_ALT;
        hex.length = LENGTH_LONG;
        out_integer(out, &hex, (uintptr_t)arg->pointer);
        return true;
    }
    case 'n':
        length_store(spec->length, (void *)arg->pointer, out->total);
        return true;
    case 'm':
        out_string(out, spec, strerror(f->saved_errno));
        return true;
    default:
        if (kind_of(spec) <= ARG_LONG)
            out_integer(out, spec, arg->number);
        else
            __libc_format_float(out, spec, arg->real, is_long_double);
        return true;
    }
}

/* One specification, from behind its '%'. */
static bool out_spec(struct format *f, const char **at)
{
    const char *start = *at;
    struct parsed p;

    parse(at, &p);
    if (p.width_arg >= 0) {
        int width = take_int(f, p.width_arg);
        if (width < 0) {
            p.spec.flags |= SPEC_LEFT;
            width = width == INT_MIN ? INT_MAX : -width;
        }
        p.spec.width = width;
    }
    if (p.precision_arg >= 0) {
        p.spec.precision = take_int(f, p.precision_arg);
        if (p.spec.precision < 0)
            p.spec.precision = -1;
    }
    if (p.spec.conversion == '%') {
        __libc_out(f->out, "%", 1);
        return true;
    }
    enum arg_kind kind = kind_of(&p.spec);
    if (kind == ARG_NONE && p.spec.conversion != 'm') {
        /* No conversion: printed as it stands. */
        __libc_out(f->out, start - 1, (size_t)(*at - start) + 1);
        return true;
    }
    if (p.spec.width == INT_MAX || p.spec.precision == INT_MAX) {
        errno = EOVERFLOW;
        return false;
    }
    union arg arg;
    take(f, p.value_arg, kind, &arg);
    return convert(f, &p.spec, &arg, kind == ARG_LDOUBLE);
}

int __libc_format(struct out *out, const char *format, va_list ap)
{
    struct format f;
    bool is_good = true;

    f.out = out;
    f.saved_errno = errno;
    f.numbered = 0;
    va_copy(f.ap, ap);
    if (strchr(format, '$') && !read_numbered(&f, format)) {
        errno = EINVAL;
        is_good = false;
    }
    while (is_good && *format) {
        const char *percent = strchrnul(format, '%');
        if (percent > format)
            __libc_out(out, format, (size_t)(percent - format));
        if (!*percent)
            break;
        format = percent + 1;
        if (!*format) { /* a lone % at the end */
            errno = EINVAL;
            is_good = false;
            break;
        }
        is_good = out_spec(&f, &format);
    }
    va_end(f.ap);
    if (is_good && out->total > INT_MAX) {
        errno = EOVERFLOW;
        is_good = false;
    }
    return is_good && !out->has_failed ? (int)out->total : -1;
}
