/* SPDX-License-Identifier: Apache-2.0 */
/* The table of fids: a hash over a fixed array; a guest picks the numbers. */
#include "runnc/volumes/serve.h"

#include <errno.h>
#include <unistd.h>

#define ROWS 16384u

static struct fid fids[FID_MAX];
static uint32_t rows[ROWS]; /* index + 1 of the first; 0: none */
static uint32_t free_first; /* likewise */
static uint32_t used_end;   /* those from here on were never used */

static uint32_t *row_of(uint32_t number)
{
    return &rows[(number ^ number >> 10) % ROWS];
}

struct fid *fid_find(uint32_t number)
{
    for (uint32_t i = *row_of(number); i; i = fids[i - 1].next)
        if (fids[i - 1].number == number)
            return &fids[i - 1];
    return NULL;
}

int fid_new(uint32_t number, struct fid **out)
{
    if (number == P9_NOFID || fid_find(number))
        return -EBADF;
    uint32_t i = free_first;
    if (i)
        free_first = fids[i - 1].next;
    else if (used_end < FID_MAX)
        i = ++used_end;
    else
        return -ENFILE;
    uint32_t *row = row_of(number);
    fids[i - 1] = (struct fid){.number = number, .fd = -1, .next = *row};
    *row = i;
    *out = &fids[i - 1];
    return 0;
}

void fid_end(struct fid *fid)
{
    uint32_t *at = row_of(fid->number);
    while (&fids[*at - 1] != fid)
        at = &fids[*at - 1].next;
    uint32_t i = *at;
    *at = fid->next;
    if (fid->fd >= 0)
        (void)close(fid->fd);
    *fid = (struct fid){.fd = -1, .next = free_first};
    free_first = i;
}

void fid_end_all(void)
{
    for (uint32_t i = 0; i < ROWS; i++)
        while (rows[i])
            fid_end(&fids[rows[i] - 1]);
}
