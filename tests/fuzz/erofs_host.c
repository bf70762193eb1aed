/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile root file system, read by the host's tools: nothing outside of it
 * is touched, every walk ends, and what is found by walking is found by path.
 * objs: common/erofs_read.c common/err.c common/io.c
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/erofs_read.h"

#define READ_MAX 8192u
#define FILES_MAX 2000u

static uint64_t sum; /* of all bytes, so that they are read */
static unsigned files;

static int use_xattr(void *ctx, const char *name, const void *value, size_t len,
                     struct err *err)
{
    (void)ctx, (void)err;
    sum += strlen(name);
    for (size_t i = 0; i < len; i++)
        sum += ((const uint8_t *)value)[i];
    return 0;
}

static void read_at(const struct erofs_view *view,
                    const struct erofs_info *info, uint64_t offset)
{
    static uint8_t buf[READ_MAX];
    uint64_t left = info->size - offset;
    size_t len = left < READ_MAX ? left : READ_MAX;
    erofs_view_read(view, info, offset, buf, len);
    for (size_t i = 0; i < len; i++)
        sum += buf[i];
}

static int use_file(void *ctx, const char *path, const struct erofs_info *info,
                    struct err *err)
{
    const struct erofs_view *view = ctx;
    struct erofs_info found;
    struct err ignored;

    if (++files > FILES_MAX)
        return err_say(err, E2BIG, "enough");
    read_at(view, info, 0);
    read_at(view, info, info->size / 2);
    read_at(view, info, info->size - (info->size > 0));
    (void)erofs_view_xattrs(view, info, use_xattr, NULL, &ignored);
    /* The first of equal names is found. */
    (void)erofs_view_find(view, path, false, &found, &ignored);
    (void)erofs_view_find(view, path, true, &found, &ignored);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct erofs_view view;
    struct err err;
    /* At the end of its memory, so that a byte behind it is seen. */
    uint8_t *copy = malloc(size ? size : 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    files = 0;
    if (erofs_view_init(&view, copy, size, &err) == 0) {
        (void)erofs_view_check(&view, &err);
        (void)erofs_view_walk(&view, use_file, &view, &err);
        for (uint64_t nid = 0; nid < 64; nid++) {
            struct erofs_info info;
            (void)erofs_view_inode(&view, nid, &info, &err);
        }
    }
    free(copy);
    return 0;
}
