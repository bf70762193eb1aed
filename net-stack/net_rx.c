/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Receive buffers. Frames are read one behind the other into slabs, each with
 * its pbuf in front, so that a frame of 64 KiB and one of 60 bytes both take
 * what they need and nothing is copied. A slab lives as long as one of its
 * pbufs. While no socket keeps anything, one slab's first bytes are used
 * again and again and stay in the cache.
 */
#include "net.h"
#include "base.h"

#define SLAB_SIZE (256u << 10)
#define ALIGN 64u

struct slab {
    uint32_t refs; /* pbufs in it, and one while it is the current one */
    uint32_t pos;  /* bytes used, this struct included */
};

struct rx_pbuf {
    struct pbuf_custom custom;
    struct slab *slab;
};

#define SLAB_FIRST                                                             \
    ((uint32_t)((sizeof(struct slab) + ALIGN - 1) & ~(ALIGN - 1)))
#define RX_HEAD                                                                \
    ((uint32_t)((sizeof(struct rx_pbuf) + ALIGN - 1) & ~(ALIGN - 1)))
#define RX_ROOM (NET_FRAME_MAX + NET_VNET_HDR_MAX)

static struct slab *current;

static void slab_put(struct slab *slab)
{
    if (--slab->refs == 0)
        net_free(slab);
}

static void rx_free(struct pbuf *p)
{
    slab_put(((struct rx_pbuf *)p)->slab);
}

void *net_rx_room(size_t *room)
{
    if (current && current->refs == 1)
        current->pos = SLAB_FIRST;
    if (current && current->pos + RX_HEAD + RX_ROOM > SLAB_SIZE) {
        slab_put(current);
        current = NULL;
    }
    if (!current) {
        current = net_malloc(SLAB_SIZE);
        if (!current)
            return NULL;
        current->refs = 1;
        current->pos = SLAB_FIRST;
    }
    *room = RX_ROOM;
    return (uint8_t *)current + current->pos + RX_HEAD;
}

struct pbuf *net_rx_take(size_t size, size_t skip)
{
    struct rx_pbuf *rx = (struct rx_pbuf *)((uint8_t *)current + current->pos);
    uint16_t len = (uint16_t)(size - skip);

    rx->slab = current;
    rx->custom.custom_free_function = rx_free;
    struct pbuf *p = pbuf_alloced_custom(PBUF_RAW, len, PBUF_REF, &rx->custom,
                                         (uint8_t *)rx + RX_HEAD + skip, len);
    current->refs++;
    current->pos += RX_HEAD + (uint32_t)size;
    current->pos = (current->pos + ALIGN - 1) & ~(ALIGN - 1);
    return p;
}

struct pbuf *net_rx_compact(struct pbuf *p)
{
    if (!net_mem_is_tight() || p->tot_len > 8192)
        return p;
    struct pbuf *copy = pbuf_alloc(PBUF_RAW, p->tot_len, PBUF_RAM);
    if (!copy)
        return p;
    (void)pbuf_copy(copy, p); /* same length: cannot fail */
    copy->flags = p->flags;
    copy->if_idx = p->if_idx;
    pbuf_free(p);
    return copy;
}
