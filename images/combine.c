/* SPDX-License-Identifier: Apache-2.0 */
/* A program with its root file system: see combine.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/erofs_write.h"
#include "common/image_pack.h"
#include "common/io.h"
#include "images/combine.h"
#include "images/paths.h"
#include "images/program.h"
#include "images/progress.h"
#include "images/unifile.h"

#define COPY_SIZE ((size_t)1 << 20)

static int apply_layers(struct combined *combined, const struct source *source,
                        struct err *err)
{
    for (size_t i = 0; i < source->layer_count; i++) {
        progress_step(source->layers[i].blob.size, "layer %zu of %zu", i + 1,
                      source->layer_count);
        if (layer_apply(&source->layers[i], &combined->apply, err) < 0)
            return err_wrap(err, "layer %zu", i + 1);
    }
    if (combined->apply.dropped)
        progress_note("%lu extended attributes left out: of a kind that a "
                      "root file system doesn't hold",
                      combined->apply.dropped);
    return 0;
}

/* The program's bytes as a file of their own. */
static int extract(const struct fs_inode *inode, const char *near, int *fd,
                   struct err *err)
{
    struct spool copy;
    auto_free char *buf = malloc(COPY_SIZE);
    if (!buf)
        return err_set(err, ENOMEM, "program");
    auto_fd int from = inode->data.open(&inode->data, err);
    if (from < 0 || spool_init(&copy, near, err) < 0)
        return -err->code;
    for (uint64_t at = 0; at < inode->size;) {
        uint64_t left = inode->size - at;
        size_t len = left < COPY_SIZE ? left : COPY_SIZE;
        if (pread_full(from, buf, len, inode->data.offset + at, err) < 0 ||
            pwrite_full(copy.fd, buf, len, at, err) < 0) {
            spool_release(&copy);
            return -err->code;
        }
        at += len;
    }
    *fd = copy.fd;
    return 0;
}

/* Which personality is it for? Only one can run today. */
static int check_program(int fd, const char *name, struct err *err)
{
    struct program program;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_set(err, errno, "%s", name);
    if (!S_ISREG(st.st_mode))
        return err_refuse(err, "%s: no regular file", name);
    if (!st.st_size)
        return err_refuse(err, "%s: an empty file, expected a .uni image",
                          name);
    const char *map =
        mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return err_set(err, errno, "map %s", name);
    program_read(&program, map, (uint64_t)st.st_size);
    int rc = program_check(&program, name, err);
    (void)munmap((void *)map, (size_t)st.st_size);
    return rc;
}

static int open_app(struct combined *combined, const char *app, struct err *err)
{
    struct stat st;
    combined->app_fd = open(app, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (combined->app_fd < 0 || fstat(combined->app_fd, &st) < 0)
        return err_set(err, errno, "open %s", app);
    combined->app_mtime = 0; /* the same file gives the same image */
    (void)snprintf(combined->app_name, sizeof combined->app_name, "%s", app);
    return check_program(combined->app_fd, app, err);
}

/* Takes the program out of the tree. */
static int take_app(struct combined *combined, const char *near,
                    struct err *err)
{
    const char *path = combined->settings.program;
    struct path_found found;

    int rc =
        path_find(&combined->apply.tree, path, PATH_FOLLOW, 0, &found, err);
    if (rc == -ENOENT || rc == -ENOTDIR || (rc == 0 && !found.inode))
        return err_refuse(err, "entrypoint %.200s: not in the image", path);
    if (rc < 0) {
        err->is_refusal = true;
        return err_wrap(err, "entrypoint %.200s", path);
    }
    if (!S_ISREG(found.inode->mode))
        return err_refuse(err, "entrypoint %.200s: no regular file", path);
    combined->app_mtime = found.inode->mtime;
    if (found.inode->size &&
        extract(found.inode, near, &combined->app_fd, err) < 0)
        return -err->code;
    if (!found.inode->size)
        return err_refuse(err, "entrypoint %.200s: an empty file", path);
    (void)snprintf(combined->app_name, sizeof combined->app_name, "%.199s",
                   path);
    if (check_program(combined->app_fd, path, err) < 0)
        return err_wrap(err, "entrypoint");
    return fstree_remove(found.dir, found.name, err);
}

/* What the program was built with: configuration, root file system. */
static int take_parts(struct combined *combined, struct err *err)
{
    struct unifile file;
    if (unifile_init(&file, combined->app_fd, combined->app_name, err) < 0)
        return -err->code;
    int rc =
        uniconf_init(&combined->app_conf, file.conf.text, file.conf.size, err);
    if (rc == 0)
        rc = unifile_apply(&file, &combined->apply, err);
    unifile_release(&file);
    return rc;
}

static int combine_uni(struct combined *combined, const struct source *source,
                       struct err *err)
{
    combined->is_uni = true;
    combined->app_fd = fcntl(source->uni_fd, F_DUPFD_CLOEXEC, 0);
    if (combined->app_fd < 0)
        return err_set(err, errno, "%s", source->place.path);
    (void)snprintf(combined->app_name, sizeof combined->app_name, "%s",
                   source->place.path);
    if (check_program(combined->app_fd, combined->app_name, err) < 0 ||
        take_parts(combined, err) < 0)
        return -err->code;
    return settings_load(&combined->settings, &combined->app_conf, err);
}

static int combine_layers(struct combined *combined,
                          const struct source *source, const char *app,
                          const char *near, struct err *err)
{
    char word[300];
    const char *slash = app ? strrchr(app, '/') : NULL;
    combined->document = source->config;
    combined->annotations = source->annotations;
    (void)snprintf(word, sizeof word, "/%s",
                   slash ? slash + 1
                   : app ? app
                         : "");
    if (settings_init(&combined->settings, source->config, err) < 0 ||
        (app && open_app(combined, app, err) < 0) ||
        apply_layers(combined, source, err) < 0 ||
        apply_finish(&combined->apply, err) < 0 ||
        settings_find_program(&combined->settings, &combined->apply.tree,
                              app ? word : NULL, err) < 0 ||
        (!app && take_app(combined, near, err) < 0) ||
        take_parts(combined, err) < 0)
        return -err->code;
    return 0;
}

int combine(struct combined *combined, const struct source *source,
            const char *app, const char *near, const struct img_limits *limits,
            struct err *err)
{
    memset(combined, 0, sizeof *combined);
    combined->app_fd = -1;
    combined->apply.spool.fd = -1;
    if (apply_init(&combined->apply, limits, near, err) < 0)
        return -err->code;
    int rc = source->uni_fd >= 0
                 ? combine_uni(combined, source, err)
                 : combine_layers(combined, source, app, near, err);
    if (rc == 0)
        rc = settings_prepare(&combined->settings, &combined->apply.tree,
                              limits->entries - combined->apply.entries, err);
    if (rc == 0)
        rc = apply_finish(&combined->apply, err);
    return rc;
}

void combine_release(struct combined *combined)
{
    settings_release(&combined->settings);
    uniconf_release(&combined->app_conf);
    if (combined->app_fd >= 0)
        (void)close(combined->app_fd);
    apply_release(&combined->apply);
}

static int write_plan(void *ctx, int fd, uint64_t offset, struct err *err)
{
    return erofs_plan_write(ctx, fd, offset, err);
}

/* In a container the engine gives what came from a container image. */
static int make_conf(struct combined *combined, bool has_settings,
                     struct uniconf *conf, struct err *err)
{
    static const char *const keys[] = {"entry", "arg", "cwd", "user", "oci"};
    if (uniconf_init(conf, combined->app_conf.text, combined->app_conf.size,
                     err) < 0)
        return -err->code;
    if (combined->is_uni && has_settings)
        return 0; /* it has them */
    if (has_settings)
        return settings_store(&combined->settings, &combined->apply.tree, conf,
                              err);
    if (!combined->is_uni)
        return 0;
    if (uniconf_value(conf, "oci", NULL))
        uniconf_drop(conf, "env", "HOME"); /* the user's, who may change */
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        uniconf_drop(conf, keys[i], NULL);
    return 0;
}

int combine_write(struct combined *combined, int output, bool has_settings,
                  struct err *err)
{
    struct erofs_plan *plan = NULL;
    struct uniconf conf = {0};
    struct image_spec spec = {.set = IMAGE_ROOTFS | IMAGE_CONFIG};
    bool is_empty = combined->apply.tree.root->child_count == 0;

    int rc = make_conf(combined, has_settings, &conf, err);
    spec.config = conf.text;
    spec.config_size = conf.size;
    if (rc == 0 && !is_empty)
        rc = erofs_plan_new(&plan, &combined->apply.tree, err);
    if (rc == 0) {
        progress_step(plan ? erofs_plan_size(plan) : 0, "write");
        rc = progress_add(0, err);
    }
    if (plan)
        spec.rootfs = (struct image_source){
            .size = erofs_plan_size(plan), .ctx = plan, .write = write_plan};
    if (rc == 0)
        rc = image_pack_fd(combined->app_fd, combined->app_name, output, &spec,
                           err);
    if (rc == 0)
        rc = progress_add(plan ? erofs_plan_size(plan) : 0, err);
    erofs_plan_free(plan);
    uniconf_release(&conf);
    return rc;
}
