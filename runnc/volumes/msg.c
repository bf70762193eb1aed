/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: taken apart with checks, put together. See serve.h. */
#include "runnc/volumes/serve.h"

#include <errno.h>
#include <string.h>

static bool has(struct in *in, size_t len)
{
    if (!in->is_bad && (size_t)(in->end - in->at) >= len)
        return true;
    in->is_bad = true;
    return false;
}

static uint64_t get(struct in *in, size_t len)
{
    uint64_t value = 0;
    if (has(in, len)) {
        memcpy(&value, in->at, len); /* little endian, as we are */
        in->at += len;
    }
    return value;
}

uint8_t get_u8(struct in *in)
{
    return (uint8_t)get(in, 1);
}
uint16_t get_u16(struct in *in)
{
    return (uint16_t)get(in, 2);
}
uint32_t get_u32(struct in *in)
{
    return (uint32_t)get(in, 4);
}
uint64_t get_u64(struct in *in)
{
    return get(in, 8);
}

void get_text(struct in *in, char *text, size_t size, int *rc)
{
    size_t len = get_u16(in);
    text[0] = '\0';
    if (!has(in, len))
        return;
    if (memchr(in->at, 0, len)) {
        in->is_bad = true;
        return;
    }
    if (len >= size) {
        *rc = -ENAMETOOLONG;
    } else {
        memcpy(text, in->at, len);
        text[len] = '\0';
    }
    in->at += len;
}

void get_name(struct in *in, char name[P9_NAME_MAX + 1], int *rc)
{
    get_text(in, name, P9_NAME_MAX + 1, rc);
    if (*rc < 0)
        return;
    if (!name[0] || strchr(name, '/') || !strcmp(name, ".") ||
        !strcmp(name, ".."))
        *rc = -EINVAL;
}

int get_end(const struct in *in)
{
    return in->is_bad || in->at != in->end ? -EPROTO : 0;
}

void put_bytes(struct out *out, const void *bytes, size_t len)
{
    memcpy(out->at, bytes, len);
    out->at += len;
}
/* Sizes that are known: a copy is one instruction. */
#define PUT(out, value)                                                        \
    do {                                                                       \
        memcpy((out)->at, &(value), sizeof(value));                            \
        (out)->at += sizeof(value);                                            \
    } while (0)
void put_u8(struct out *out, uint8_t value)
{
    PUT(out, value);
}
void put_u16(struct out *out, uint16_t value)
{
    PUT(out, value);
}
void put_u32(struct out *out, uint32_t value)
{
    PUT(out, value);
}
void put_u64(struct out *out, uint64_t value)
{
    PUT(out, value);
}
