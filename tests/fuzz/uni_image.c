/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile archive of docker save, all the way: its members, manifest and
 * configuration, layers on top of each other, then the .uni and the container
 * image of it. What comes out is read again: every file of the tree is in it.
 * Digests are not compared, or nothing changed would get past them.
 *
 * objs: images/apply.c images/blob.c images/combine.c images/dest_archive.c
 * objs: images/digest.c images/engine.c images/layer.c images/layer_write.c
 * objs: images/paths.c images/place.c images/program.c images/progress.c
 * objs: images/settings.c images/source.c images/source_archive.c
 * objs: images/source_oci.c images/spool.c images/stream.c images/uniconf.c
 * objs: images/unifile.c images/users.c common/elf.c common/erofs_emit.c
 * objs: common/erofs_plan.c common/erofs_read.c common/err.c common/fstree.c
 * objs: common/image_pack.c common/image_symtab.c common/io.c
 * objs: common/outfile.c
 * cflags: -DUNI_IMAGE_NO_DIGESTS
 * libs: -larchive -lz -ljansson -lcrypto -lelf
 */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "images/combine.h"
#include "images/dest.h"
#include "images/layer_write.h"
#include "images/progress.h"
#include "images/source.h"
#include "images/unifile.h"

static const struct img_limits limits = {
    .size = 1 << 20, .entries = 300, .ratio = 1000};

static int count_file(void *ctx, const char *path,
                      const struct erofs_info *info, struct err *err)
{
    (void)path, (void)info, (void)err;
    ++*(uint64_t *)ctx;
    return 0;
}

static uint64_t count_tree(const struct fs_inode *dir)
{
    struct fs_entry **entries;
    struct err err;
    uint64_t count = 1;
    if (fstree_sorted(dir, &entries, &err) < 0)
        abort();
    for (uint32_t i = 0; i < dir->child_count; i++)
        count += (entries[i]->inode->mode & 0170000) == 0040000
                     ? count_tree(entries[i]->inode)
                     : 1;
    free(entries);
    return count;
}

static void write_both(struct combined *combined)
{
    struct new_layer layer;
    struct unifile file;
    struct err err = {0};
    uint64_t count = 0;
    int uni = memfd_create("uni", MFD_CLOEXEC);
    int out = memfd_create("layer", MFD_CLOEXEC);

    if (combine_write(combined, uni, true, &err) == 0) {
        if (unifile_init(&file, uni, "uni", &err) < 0)
            abort();
        if (file.has_rootfs &&
            (erofs_view_check(&file.rootfs, &err) < 0 ||
             erofs_view_walk(&file.rootfs, count_file, &count, &err) < 0 ||
             count != count_tree(combined->apply.tree.root)))
            abort();
        unifile_release(&file);
    }
    (void)layer_write(combined, uni, out, PACK_NONE, &layer, &err);
    (void)close(uni);
    (void)close(out);
}

static void convert(int fd)
{
    struct source source = {.uni_fd = -1, .place.kind = PLACE_ARCHIVE};
    struct combined combined;
    struct err err = {0};

    if (spool_init(&source.spool, NULL, &err) < 0)
        abort();
    int rc = source_open_archive(&source, fd, "archive", &limits, &err);
    if (rc == 0) {
        rc = combine(&combined, &source, NULL, NULL, &limits, &err);
        if (rc == 0)
            write_both(&combined);
        combine_release(&combined);
    }
    if (rc < 0 && (!err.code || !err.text[0]))
        abort(); /* no reason given */
    source_release(&source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int is_ready;
    if (!is_ready) {
        (void)setlocale(LC_CTYPE, "C.UTF-8");
        progress_init(true);
        is_ready = 1;
    }
    int fd = memfd_create("archive", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    convert(fd);
    (void)close(fd);
    return 0;
}
