/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses as text: inet(3), inet_pton(3), inet_ntop(3); RFC 5952. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "libc.h"

const struct in6_addr in6addr_any = IN6ADDR_ANY_INIT;
const struct in6_addr in6addr_loopback = IN6ADDR_LOOPBACK_INIT;

uint32_t(htonl)(uint32_t host)
{
    return __builtin_bswap32(host);
}

uint32_t(ntohl)(uint32_t net)
{
    return __builtin_bswap32(net);
}

uint16_t(htons)(uint16_t host)
{
    return __builtin_bswap16(host);
}

uint16_t(ntohs)(uint16_t net)
{
    return __builtin_bswap16(net);
}

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* inet(3): one to four parts, decimal, octal or hexadecimal; the last fills
 * what is left. */
int inet_aton(const char *text, struct in_addr *addr)
{
    uint32_t parts[4];
    int count = 0;

    for (;;) {
        uint64_t value = 0;
        int base = 10, digits = 0;

        if (count == 4)
            return 0;
        if (text[0] == '0' && (text[1] | 32) == 'x') {
            base = 16;
            text += 2;
        } else if (text[0] == '0') {
            base = 8;
        }
        for (; digit(*text) < base; text++, digits++) {
            value = value * (unsigned)base + (unsigned)digit(*text);
            if (value > UINT32_MAX)
                return 0;
        }
        if (!digits)
            return 0;
        parts[count++] = (uint32_t)value;
        if (*text != '.')
            break;
        text++;
    }
    if (*text && *text != ' ' && *text != '\n' && *text != '\t')
        return 0;
    uint32_t result = 0;
    for (int i = 0; i < count - 1; i++) {
        if (parts[i] > 255)
            return 0;
        result |= parts[i] << (24 - 8 * i);
    }
    if (count > 1 && parts[count - 1] >> (32 - 8 * (count - 1)))
        return 0;
    addr->s_addr = htonl(result | parts[count - 1]);
    return 1;
}

in_addr_t inet_addr(const char *text)
{
    struct in_addr addr;

    return inet_aton(text, &addr) ? addr.s_addr : INADDR_NONE;
}

in_addr_t inet_network(const char *text)
{
    return ntohl(inet_addr(text));
}

char *inet_ntoa(struct in_addr addr)
{
    static char text[INET_ADDRSTRLEN];

    return (char *)inet_ntop(AF_INET, &addr, text, sizeof text);
}

in_addr_t inet_netof(struct in_addr addr)
{
    uint32_t host = ntohl(addr.s_addr);

    if (IN_CLASSA(host))
        return host >> 24;
    return IN_CLASSB(host) ? host >> 16 : host >> 8;
}

in_addr_t inet_lnaof(struct in_addr addr)
{
    uint32_t host = ntohl(addr.s_addr);

    if (IN_CLASSA(host))
        return host & 0xffffff;
    return IN_CLASSB(host) ? host & 0xffff : host & 0xff;
}

struct in_addr inet_makeaddr(in_addr_t net, in_addr_t host)
{
    uint32_t value;

    if (net < 256)
        value = net << 24 | (host & 0xffffff);
    else if (net < 65536)
        value = net << 16 | (host & 0xffff);
    else
        value = net << 8 | (host & 0xff);
    return (struct in_addr){htonl(value)};
}

/* Four decimal parts and nothing else; `end` is behind the last. */
static int parse4(const char *text, uint8_t out[4], const char **end)
{
    for (int i = 0; i < 4; i++) {
        int value = 0, digits = 0;

        if (i && *text++ != '.')
            return 0;
        for (; *text >= '0' && *text <= '9'; text++, digits++) {
            if (digits && value == 0)
                return 0; /* a leading zero */
            value = value * 10 + (*text - '0');
            if (value > 255)
                return 0;
        }
        if (!digits)
            return 0;
        out[i] = (uint8_t)value;
    }
    *end = text;
    return 1;
}

static int parse6(const char *text, uint8_t out[16])
{
    uint8_t bytes[16] = {0};
    int pos = 0, gap = -1;

    if (text[0] == ':' && *++text != ':')
        return 0;
    while (*text) {
        const char *start = text;
        uint32_t value = 0;
        int digits = 0;

        if (*text == ':') {
            if (gap >= 0)
                return 0;
            gap = pos;
            text++;
            continue;
        }
        for (; digit(*text) < 16 && digits < 5; text++, digits++)
            value = value << 4 | (unsigned)digit(*text);
        if (*text == '.') {
            if (pos > 12 || !parse4(start, bytes + pos, &text) || *text)
                return 0;
            pos += 4;
            break;
        }
        if (!digits || digits > 4 || pos > 14)
            return 0;
        bytes[pos++] = (uint8_t)(value >> 8);
        bytes[pos++] = (uint8_t)value;
        if (*text == ':' && !*++text)
            return 0;
        else if (*text && text[-1] != ':')
            return 0;
    }
    if (gap < 0 && pos != 16)
        return 0;
    if (gap >= 0) {
        if (pos == 16)
            return 0;
        memmove(bytes + 16 - (pos - gap), bytes + gap, (size_t)(pos - gap));
        memset(bytes + gap, 0, (size_t)(16 - pos));
    }
    memcpy(out, bytes, 16);
    return 1;
}

int inet_pton(int family, const char *restrict text, void *restrict addr)
{
    uint8_t bytes[4];
    const char *end;

    if (family == AF_INET) {
        if (!parse4(text, bytes, &end) || *end)
            return 0;
        memcpy(addr, bytes, 4);
        return 1;
    }
    if (family == AF_INET6)
        return parse6(text, addr);
    errno = EAFNOSUPPORT;
    return -1;
}

/* RFC 5952: the longest run of zeros, the first of equals, becomes "::". */
static void format6(const uint8_t *a, char *out, size_t size)
{
    int best = -1, best_len = 1;
    size_t n = 0;
    bool is_v4 = memcmp(a, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
    int words = is_v4 ? 6 : 8;

    for (int i = 0; i < words; i++) {
        int len = 0;

        while (i + len < words && !a[2 * (i + len)] && !a[2 * (i + len) + 1])
            len++;
        if (len > best_len) {
            best = i;
            best_len = len;
        }
        i += len;
    }
    for (int i = 0; i < words; i++) {
        if (i == best) {
            n += (size_t)snprintf(out + n, size - n, "::");
            i += best_len - 1;
            continue;
        }
        bool needs_colon = i && i != best + best_len;
        if (best < 0)
            needs_colon = i;
        n += (size_t)snprintf(out + n, size - n, "%s%x", needs_colon ? ":" : "",
                              a[2 * i] << 8 | a[2 * i + 1]);
    }
    if (is_v4)
        snprintf(out + n, size - n, "%s%d.%d.%d.%d",
                 best + best_len == words ? "" : ":", a[12], a[13], a[14],
                 a[15]);
}

const char *inet_ntop(int family, const void *restrict addr,
                      char *restrict text, socklen_t size)
{
    const uint8_t *a = addr;
    char out[INET6_ADDRSTRLEN + 8];

    if (family == AF_INET) {
        snprintf(out, sizeof out, "%d.%d.%d.%d", a[0], a[1], a[2], a[3]);
    } else if (family == AF_INET6) {
        format6(a, out, sizeof out);
    } else {
        errno = EAFNOSUPPORT;
        return NULL;
    }
    if (strlen(out) >= size) {
        errno = ENOSPC;
        return NULL;
    }
    return strcpy(text, out);
}
