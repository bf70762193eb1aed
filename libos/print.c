/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the libOS itself. No heap, no state: usable in any place. */
#include "base.h"
#include "hc.h"

struct out {
    char *buf;
    size_t size, len;
};

static void put(struct out *out, char c)
{
    if (out->len + 1 < out->size)
        out->buf[out->len] = c;
    out->len++;
}

static void put_padded(struct out *out, const char *s, size_t len, size_t width,
                       char pad, bool is_left)
{
    for (size_t i = len; !is_left && i < width; i++)
        put(out, pad);
    for (size_t i = 0; i < len; i++)
        put(out, s[i]);
    for (size_t i = len; is_left && i < width; i++)
        put(out, ' ');
}

static void put_number(struct out *out, uint64_t value, bool is_negative,
                       unsigned base, size_t width, char pad)
{
    char digits[24];
    size_t at = sizeof digits;
    do {
        digits[--at] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    if (is_negative)
        digits[--at] = '-';
    put_padded(out, digits + at, sizeof digits - at, width, pad, false);
}

static uint64_t next_unsigned(va_list *args, bool is_long)
{
    return is_long ? va_arg(*args, uint64_t) : va_arg(*args, unsigned);
}

static void put_one(struct out *out, char conv, bool is_long, size_t width,
                    char pad, bool is_left, va_list *args)
{
    switch (conv) {
    case 'd': {
        int64_t value =
            is_long ? va_arg(*args, int64_t) : (int64_t)va_arg(*args, int);
        uint64_t abs = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
        put_number(out, abs, value < 0, 10, width, pad);
        break;
    }
    case 'u':
        put_number(out, next_unsigned(args, is_long), false, 10, width, pad);
        break;
    case 'x':
        put_number(out, next_unsigned(args, is_long), false, 16, width, pad);
        break;
    case 's': {
        const char *s = va_arg(*args, const char *);
        put_padded(out, s, strlen(s), width, ' ', is_left);
        break;
    }
    case 'c':
        put(out, (char)va_arg(*args, int));
        break;
    default:
        put(out, conv);
    }
}

int print_to_v(char *buf, size_t size, const char *format, va_list args)
{
    struct out out = {buf, size, 0};
    va_list list;
    va_copy(list, args);
    for (const char *f = format; *f; f++) {
        if (*f != '%') {
            put(&out, *f);
            continue;
        }
        f++;
        bool is_left = *f == '-';
        if (is_left)
            f++;
        char pad = *f == '0' ? '0' : ' ';
        size_t width = 0;
        for (; *f >= '0' && *f <= '9'; f++)
            width = width * 10 + (size_t)(*f - '0');
        bool is_long = *f == 'l' || *f == 'z';
        while (*f == 'l' || *f == 'z')
            f++;
        if (!*f)
            break;
        put_one(&out, *f, is_long, width, pad, is_left, &list);
    }
    va_end(list);
    if (size)
        buf[out.len < size ? out.len : size - 1] = '\0';
    return (int)out.len;
}

int print_to(char *buf, size_t size, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = print_to_v(buf, size, format, args);
    va_end(args);
    return len;
}

void print_err(const char *format, ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    int len = print_to_v(line, sizeof line, format, args);
    va_end(args);
    size_t left = (size_t)len < sizeof line ? (size_t)len : sizeof line - 1;
    for (const char *p = line; left;) {
        long n = hc_write(2, p, left);
        if (n <= 0)
            return;
        p += n;
        left -= (size_t)n;
    }
}

void base_assert_failed(const char *what, const char *file, int line)
{
    print_err("septum: assertion failed: %s, %s:%d\n", what, file, line);
    hc_exit(UNI_STATUS_ASSERT);
}
