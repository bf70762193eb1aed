/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A set of waits on queues: of one poll or select call, whose thread is
 * woken, or of one epoll registration, whose fire() is called.
 */
#ifndef LIBOS_POLL_H
#define LIBOS_POLL_H

#include "file.h"

#define POLL_FIRST 4u
#define POLL_CHUNK 24u

struct poll_link {
    struct wait_node node;
    struct waitq *queue;
    struct poll_set *set;
};

struct poll_chunk {
    struct poll_chunk *next;
    struct poll_link links[POLL_CHUNK];
};

struct poll_set {
    void (*fire)(struct poll_set *set); /* NULL: the running thread waits */
    unsigned count;
    int error; /* -ENOMEM: a queue could not be added */
    struct poll_link first[POLL_FIRST];
    struct poll_chunk *chunks;
};

void poll_end(struct poll_set *set); /* off all queues */
/* What of `events` (and errors) a file has now. */
unsigned poll_file(struct file *file, struct poll_set *set, unsigned events);

#endif
