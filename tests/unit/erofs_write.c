/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trees become file systems: what is written is what is read, the same tree
 * gives the same bytes, and damaged file systems are refused, not believed.
 * objs: common/erofs_plan.c common/erofs_emit.c common/erofs_read.c
 * objs: common/fstree.c common/fstree_scan.c common/err.c common/io.c
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "common/erofs_disk.h"
#include "common/erofs_read.h"
#include "common/erofs_write.h"
#include "tests/unit/check.h"

static struct err err;
static const char pattern[] = "0123456789abcdef, once and again. ";

/* A file's contents come from one big file of a known pattern. */
static int open_pattern(const struct fs_data *data, struct err *error)
{
    (void)error;
    return open(data->path, O_RDONLY | O_CLOEXEC);
}

static char byte_at(uint64_t offset)
{
    return pattern[offset % (sizeof pattern - 1)];
}

static struct fs_attr file_attr(uint64_t size, uint64_t offset)
{
    return (struct fs_attr){
        .mode = S_IFREG | 0644,
        .mtime = 1000,
        .size = size,
        .data = {.open = open_pattern, .path = "pattern", .offset = offset},
    };
}

static const struct fs_attr dir_attr = {.mode = S_IFDIR | 0755, .mtime = 1000};

static void *write_image(struct fstree *tree, uint64_t *size)
{
    struct erofs_plan *plan;
    if (erofs_plan_new(&plan, tree, &err) < 0) {
        printf("# %s\n", err.text);
        return NULL;
    }
    *size = erofs_plan_size(plan);
    int fd = open("image", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int rc = erofs_plan_write(plan, fd, 0, &err);
    if (rc < 0)
        printf("# %s\n", err.text);
    erofs_plan_free(plan);
    void *image = malloc(*size);
    if (rc < 0 || pread(fd, image, *size, 0) != (ssize_t)*size) {
        free(image);
        image = NULL;
    }
    close(fd);
    return image;
}

struct found {
    const char *path;
    struct erofs_info info;
    int count;
};

static int find(void *ctx, const char *path, const struct erofs_info *info,
                struct err *error)
{
    struct found *found = ctx;
    (void)error;
    found->count++;
    if (found->path && strcmp(path, found->path) == 0)
        found->info = *info;
    return 0;
}

static struct erofs_info lookup(const struct erofs_view *view, const char *path)
{
    struct found found = {.path = path};
    CHECK(erofs_view_walk(view, find, &found, &err) == 0);
    return found.info;
}

static bool has_contents(const struct erofs_view *view, const char *path,
                         uint64_t size, uint64_t offset)
{
    struct erofs_info info = lookup(view, path);
    char *buf = malloc(size + 1);
    bool good = info.size == size && S_ISREG(info.mode);
    if (good)
        erofs_view_read(view, &info, 0, buf, size);
    for (uint64_t i = 0; good && i < size; i++)
        good = buf[i] == byte_at(offset + i);
    free(buf);
    return good;
}

static const uint64_t sizes[] = {0,    1,    31,   2000, 4000, 4031, 4032,
                                 4033, 4064, 4095, 4096, 4097, 8192, 100001};
#define SIZES (sizeof sizes / sizeof sizes[0])

static void add_files(struct fs_inode *dir)
{
    char name[32];
    for (size_t i = 0; i < SIZES; i++) {
        struct fs_attr attr = file_attr(sizes[i], i);
        snprintf(name, sizeof name, "size%lu", sizes[i]);
        CHECK(fstree_add(dir, name, &attr, NULL, &err) == 0);
    }
}

static bool is_page_aligned(const struct erofs_info *info)
{
    return info->whole == info->size && info->blocks % 4096 == 0;
}

static void contents_are_kept(void)
{
    struct fstree tree;
    struct erofs_view view;
    uint64_t size;
    char path[40];

    CHECK(fstree_init(&tree, &dir_attr, &err) == 0);
    add_files(tree.root);
    void *image = write_image(&tree, &size);
    CHECK(image && erofs_view_init(&view, image, size, &err) == 0);
    for (size_t i = 0; image && i < SIZES; i++) {
        snprintf(path, sizeof path, "/size%lu", sizes[i]);
        CHECK(has_contents(&view, path, sizes[i], i));
        struct erofs_info info = lookup(&view, path);
        if (sizes[i] >= 4096)
            CHECK(is_page_aligned(&info));
    }
    free(image);
    fstree_release(&tree);
}

static void attributes_are_kept(void)
{
    struct fstree tree;
    struct erofs_view view;
    uint64_t size;
    struct fs_inode *dir, *file;
    struct fs_attr attr = file_attr(10, 0);

    CHECK(fstree_init(&tree, &dir_attr, &err) == 0);
    CHECK(fstree_add(tree.root, "dir", &dir_attr, &dir, &err) == 0);
    attr.mode = S_IFREG | 04751;
    attr.uid = 70000;
    attr.gid = 5;
    attr.mtime = 5000000000;
    attr.mtime_ns = 999999999;
    CHECK(fstree_add(dir, "file", &attr, &file, &err) == 0);
    CHECK(fstree_link(tree.root, "again", file, &err) == 0);
    CHECK(fstree_set_xattr(file, "user.b", "two", 3, &err) == 0);
    CHECK(fstree_set_xattr(file, "security.capability", "\1\2", 2, &err) == 0);
    struct fs_attr link = {.mode = S_IFLNK | 0777, .target = "dir/file"};
    CHECK(fstree_add(tree.root, "link", &link, NULL, &err) == 0);
    struct fs_attr dev = {.mode = S_IFBLK | 0600, .rdev = makedev(259, 70000)};
    CHECK(fstree_add(tree.root, "dev", &dev, NULL, &err) == 0);

    void *image = write_image(&tree, &size);
    CHECK(image && erofs_view_init(&view, image, size, &err) == 0);
    struct erofs_info info = lookup(&view, "/dir/file");
    CHECK(info.mode == attr.mode && info.uid == 70000 && info.gid == 5);
    CHECK(info.mtime == attr.mtime && info.mtime_ns == 999999999);
    CHECK(info.nlink == 2 && info.nid == lookup(&view, "/again").nid);
    CHECK(has_contents(&view, "/dir/file", 10, 0));
    CHECK(lookup(&view, "/").nlink == 3);
    CHECK(lookup(&view, "/link").size == 8);
    CHECK(lookup(&view, "/dev").rdev == (0x70u | 259 << 8 | 0x11100 << 12));
    free(image);
    fstree_release(&tree);
}

static void same_tree_gives_same_bytes(void)
{
    static const char *const order[2][3] = {{"a", "b", "c"}, {"c", "a", "b"}};
    void *image[2];
    uint64_t size[2];

    for (int run = 0; run < 2; run++) {
        struct fstree tree;
        CHECK(fstree_init(&tree, &dir_attr, &err) == 0);
        for (int i = 0; i < 3; i++) {
            struct fs_attr attr = file_attr(5000, 0);
            CHECK(fstree_add(tree.root, order[run][i], &attr, NULL, &err) == 0);
        }
        image[run] = write_image(&tree, &size[run]);
        fstree_release(&tree);
    }
    CHECK(image[0] && image[1] && size[0] == size[1] &&
          memcmp(image[0], image[1], size[0]) == 0);
    free(image[0]);
    free(image[1]);
}

/* 70,000 names in one folder, in no order, many blocks of entries. */
static void large_folders_work(void)
{
    enum { COUNT = 70000 };
    struct fstree tree;
    struct erofs_view view;
    struct found found = {.path = "/n69999"};
    uint64_t size;
    char name[16];

    CHECK(fstree_init(&tree, &dir_attr, &err) == 0);
    for (unsigned i = 0; i < COUNT; i++) {
        struct fs_attr attr = file_attr(1, i);
        snprintf(name, sizeof name, "n%u", (i * 7919) % COUNT);
        if (fstree_add(tree.root, name, &attr, NULL, &err) < 0)
            CHECK(!"add");
    }
    void *image = write_image(&tree, &size);
    CHECK(image && erofs_view_init(&view, image, size, &err) == 0);
    CHECK(erofs_view_walk(&view, find, &found, &err) == 0);
    CHECK(found.count == COUNT + 1 && found.info.size == 1);
    free(image);
    fstree_release(&tree);
}

static void trees_refuse_what_is_no_tree(void)
{
    struct fstree tree;
    struct fs_inode *dir, *file;
    struct fs_attr attr = file_attr(0, 0);
    char name[300];

    CHECK(fstree_init(&tree, &dir_attr, &err) == 0);
    CHECK(fstree_add(tree.root, "d", &dir_attr, &dir, &err) == 0);
    CHECK(fstree_add(dir, "f", &attr, &file, &err) == 0);
    CHECK(fstree_add(dir, "f", &attr, NULL, &err) == -EEXIST);
    CHECK(fstree_add(dir, "..", &attr, NULL, &err) < 0);
    CHECK(fstree_add(dir, "a/b", &attr, NULL, &err) < 0);
    CHECK(fstree_add(dir, "", &attr, NULL, &err) < 0);
    memset(name, 'x', sizeof name);
    name[256] = '\0';
    CHECK(fstree_add(dir, name, &attr, NULL, &err) < 0);
    name[255] = '\0';
    CHECK(fstree_add(dir, name, &attr, NULL, &err) == 0);
    CHECK(fstree_link(tree.root, "l", dir, &err) == -EPERM);
    CHECK(fstree_remove(tree.root, "nothing", &err) == -ENOENT);
    CHECK(tree.root->nlink == 3 && fstree_find(dir, "f") == file);
    CHECK(fstree_remove(tree.root, "d", &err) == 0);
    CHECK(tree.root->nlink == 2 && !fstree_find(tree.root, "d"));
    fstree_release(&tree);
}

/* A file that is shorter than it was said to be. */
static void changed_files_are_noticed(void)
{
    struct fstree tree;
    uint64_t size;
    struct fs_attr attr = file_attr(10 << 20, 0);

    CHECK(fstree_init(&tree, &dir_attr, &err) == 0);
    CHECK(fstree_add(tree.root, "long", &attr, NULL, &err) == 0);
    CHECK(write_image(&tree, &size) == NULL && strstr(err.text, "pattern"));
    fstree_release(&tree);
}

/* Every byte of the metadata, one after the other, with other values. */
static void damaged_images_are_survived(void)
{
    struct fstree tree;
    struct erofs_view view;
    struct found found = {0};
    struct fs_inode *dir;
    uint64_t size;
    static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};

    CHECK(fstree_init(&tree, &dir_attr, &err) == 0);
    CHECK(fstree_add(tree.root, "dir", &dir_attr, &dir, &err) == 0);
    add_files(dir);
    uint8_t *image = write_image(&tree, &size);
    fstree_release(&tree);
    CHECK(image != NULL);
    for (uint64_t at = EROFS_SUPER_OFFSET; image && at < 4096 * 3; at++) {
        uint8_t old = image[at];
        for (size_t v = 0; v < sizeof values; v++) {
            image[at] = values[v];
            if (erofs_view_init(&view, image, size, &err) == 0)
                (void)erofs_view_walk(&view, find, &found, &err);
        }
        image[at] = old;
    }
    for (uint64_t cut = 0; image && cut < size; cut += 4096) {
        uint8_t *copy = malloc(cut + 1); /* ASan guards its end */
        memcpy(copy, image, cut);
        if (erofs_view_init(&view, copy, cut, &err) == 0)
            CHECK(erofs_view_walk(&view, find, &found, &err) < 0);
        free(copy);
    }
    free(image);
}

static void folders_in_themselves_are_refused(void)
{
    struct fstree tree;
    struct erofs_view view = {0};
    struct found found = {0};
    struct fs_inode *dir;
    uint64_t size;

    CHECK(fstree_init(&tree, &dir_attr, &err) == 0);
    CHECK(fstree_add(tree.root, "dir", &dir_attr, &dir, &err) == 0);
    uint8_t *image = write_image(&tree, &size);
    fstree_release(&tree);
    CHECK(image && erofs_view_init(&view, image, size, &err) == 0);
    struct erofs_info root, info = lookup(&view, "/dir");
    CHECK(erofs_view_inode(&view, view.root_nid, &root, &err) == 0);
    for (uint64_t at = root.tail; at < root.tail + root.size; at++)
        if (memcmp(image + at, &info.nid, sizeof info.nid) == 0)
            memcpy(image + at, &root.nid, sizeof root.nid);
    CHECK(erofs_view_walk(&view, find, &found, &err) < 0);
    free(image);
}

int main(void)
{
    char dir[] = "erofs.XXXXXX";
    if (!mkdtemp(dir) || chdir(dir) < 0)
        return 1;
    FILE *file = fopen("pattern", "w");
    if (!file)
        return 1;
    for (int i = 0; i < 200000; i++)
        fputc(byte_at((uint64_t)i), file);
    fclose(file);

    contents_are_kept();
    attributes_are_kept();
    same_tree_gives_same_bytes();
    large_folders_work();
    trees_refuse_what_is_no_tree();
    changed_files_are_noticed();
    damaged_images_are_survived();
    folders_in_themselves_are_refused();
    unlink("pattern");
    unlink("image");
    if (chdir("..") < 0 || rmdir(dir) < 0)
        return 1;
    printf("%s - erofs_write\n1..1\n", failures ? "not ok" : "ok");
    return failures != 0;
}
