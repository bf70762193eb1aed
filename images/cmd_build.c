/* SPDX-License-Identifier: Apache-2.0 */
/* uni-image build: a root file system into an image. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/erofs_write.h"
#include "common/image_pack.h"
#include "common/io.h"
#include "common/outfile.h"
#include "images/commands.h"
#include "images/progress.h"
#include "images/settings.h"
#include "images/unifile.h"
#include "images/users.h"

/* What becomes the root file system. */
struct build {
    struct apply apply; /* from an archive; its spool.fd is -1 otherwise */
    struct fstree scanned;
    struct fstree *tree;  /* one of both, or NULL */
    struct fstree *users; /* names are looked up there; or NULL */
    struct uniconf conf;
};

static int read_archive(struct build *build, const struct options *options,
                        int fd, const struct stat *st, struct err *err)
{
    struct layer layer = {
        .blob = {.fd = fd, .size = (uint64_t)st->st_size},
    };
    (void)snprintf(layer.blob.name, sizeof layer.blob.name, "%.199s",
                   options->rootfs);
    if (!S_ISREG(st->st_mode))
        return err_refuse(err, "%s: expected a folder or an archive",
                          options->rootfs);
    if (apply_init(&build->apply, &options->limits, options->output, err) < 0)
        return -err->code;
    build->apply.is_plain = true;
    progress_step(layer.blob.size, "read archive");
    if (layer_apply(&layer, &build->apply, err) < 0 ||
        apply_finish(&build->apply, err) < 0)
        return -err->code;
    build->tree = &build->apply.tree;
    return 0;
}

static int read_rootfs(struct build *build, const struct options *options,
                       struct err *err)
{
    struct stat st;
    auto_fd int fd = open(options->rootfs, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, errno, "open %s", options->rootfs);
    if (!S_ISDIR(st.st_mode))
        return read_archive(build, options, fd, &st, err);
    if (fstree_scan(&build->scanned, options->rootfs, err) < 0)
        return -err->code;
    build->tree = &build->scanned;
    return 0;
}

static int set_user(struct build *build, const char *value, struct err *err)
{
    static const struct fs_attr root = {.mode = S_IFDIR | 0755};
    struct user user;
    char text[USERS_GROUPS_MAX * 12 + 30];
    struct fstree none;
    int rc;
    if (build->users) {
        rc = user_find(build->users, value, &user, err);
    } else { /* numbers only */
        rc = fstree_init(&none, &root, err);
        if (rc == 0) {
            rc = user_find(&none, value, &user, err);
            fstree_release(&none);
        }
    }
    if (rc < 0)
        return rc;
    user_text(&user, text, sizeof text);
    uniconf_drop(&build->conf, "user", NULL);
    return uniconf_add(&build->conf, "user", text, err);
}

static int set_env(struct build *build, const char *value, struct err *err)
{
    char name[256];
    size_t len = strcspn(value, "=");
    if (!len || !value[len] || len >= sizeof name)
        return err_refuse(err, "--env %.80s: expected NAME=VALUE", value);
    (void)snprintf(name, sizeof name, "%.*s", (int)len, value);
    uniconf_drop(&build->conf, "env", name);
    return uniconf_add(&build->conf, "env", value, err);
}

/* PATH or PATH:SIZE, which the guest reads and has nobody to tell. */
static int set_tmpfs(struct build *build, const char *value, struct err *err)
{
    const char *size = strchr(value, ':');
    if (size) {
        size_t digits = strspn(++size, "0123456789");
        bool has_unit = size[digits] && strchr("KMGT", size[digits]);
        if (!digits || digits > 18 || size[digits + has_unit] ||
            strspn(size, "0") == digits)
            return err_refuse(err,
                              "--tmpfs %.80s: expected a size above 0, with "
                              "K, M, G or T",
                              value);
    }
    return uniconf_add(&build->conf, "tmpfs", value, err);
}

/* One option; the first --arg takes the place of all that were there. */
static int set_one(struct build *build, const char *text, bool *has_args,
                   struct err *err)
{
    size_t len = strcspn(text, "=");
    const char *value = text + len + 1; /* main has put the sign there */
    struct uniconf *conf = &build->conf;
    char key[16];
    (void)snprintf(key, sizeof key, "%.*s", (int)len, text);

    if (strcmp(key, "user") == 0)
        return set_user(build, value, err);
    if (strcmp(key, "env") == 0)
        return set_env(build, value, err);
    if (strcmp(key, "arg") == 0) {
        if (!*has_args) {
            uniconf_drop(conf, "entry", NULL);
            uniconf_drop(conf, "arg", NULL);
        }
        *has_args = true;
        return uniconf_add(conf, key, value, err);
    }
    if (strcmp(key, "root") == 0) {
        if (strcmp(value, "ro") != 0 && strcmp(value, "rw") != 0)
            return err_refuse(err, "--root %.40s: expected ro or rw", value);
        uniconf_drop(conf, "ro", NULL);
        return value[1] == 'o' ? uniconf_add(conf, "ro", "1", err) : 0;
    }
    if (value[0] != '/')
        return err_refuse(err, "--%s %.80s: expected an absolute path", key,
                          value);
    if (strcmp(key, "tmpfs") == 0)
        return set_tmpfs(build, value, err);
    if (strcmp(key, "cwd") == 0)
        uniconf_drop(conf, key, NULL);
    return uniconf_add(conf, key, value, err);
}

static int set_config(struct build *build, const struct options *options,
                      struct err *err)
{
    bool has_args = false;
    for (unsigned i = 0; i < options->config_count; i++)
        if (set_one(build, options->config[i], &has_args, err) < 0) {
            err->is_refusal = false; /* the command line's fault */
            return -err->code;
        }
    return settings_edit(&build->conf, options->config, options->config_count,
                         err);
}

static int write_plan(void *ctx, int fd, uint64_t offset, struct err *err)
{
    return erofs_plan_write(ctx, fd, offset, err);
}

static int pack(struct build *build, const struct options *options, int app,
                struct err *err)
{
    struct image_spec spec = {
        .set = IMAGE_CONFIG,
        .config = build->conf.text,
        .config_size = build->conf.size,
    };
    struct erofs_plan *plan = NULL;
    struct outfile out;

    if (build->tree) {
        if (erofs_plan_new(&plan, build->tree, err) < 0)
            return err_wrap(err, "%s", options->rootfs);
        spec.set |= IMAGE_ROOTFS;
        spec.rootfs = (struct image_source){
            .size = erofs_plan_size(plan), .ctx = plan, .write = write_plan};
    }
    progress_step(plan ? erofs_plan_size(plan) : 0, "write");
    int rc = outfile_init(&out, options->output, 0777, err);
    if (rc == 0) {
        rc = image_pack_fd(app, options->app, out.fd, &spec, err);
        if (rc == 0)
            rc = outfile_commit(&out, err);
        outfile_release(&out);
    }
    erofs_plan_free(plan);
    return rc;
}

/* The app's own root file system, when it stays and users are named. */
static int read_users(struct build *build, const struct options *options,
                      const struct unifile *file, struct err *err)
{
    bool is_wanted = false;
    for (unsigned i = 0; i < options->config_count; i++)
        is_wanted |= strncmp(options->config[i], "user=", 5) == 0;
    if (!is_wanted || !file->has_rootfs)
        return 0;
    if (apply_init(&build->apply, &options->limits, options->output, err) < 0 ||
        unifile_apply(file, &build->apply, err) < 0 ||
        apply_finish(&build->apply, err) < 0)
        return -err->code;
    build->users = &build->apply.tree;
    return 0;
}

static int build_image(struct build *build, const struct options *options,
                       struct err *err)
{
    struct unifile file;
    auto_fd int app = open(options->app, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (app < 0)
        return err_set(err, errno, "open %s", options->app);
    if (unifile_init(&file, app, options->app, err) < 0)
        return -err->code;
    int rc = uniconf_init(&build->conf, file.conf.text, file.conf.size, err);
    if (rc == 0 && !options->rootfs)
        rc = read_users(build, options, &file, err);
    unifile_release(&file);
    if (rc == 0 && options->rootfs) {
        rc = read_rootfs(build, options, err);
        build->users = build->tree;
    }
    if (rc == 0)
        rc = set_config(build, options, err);
    return rc < 0 ? rc : pack(build, options, app, err);
}

int cmd_build(const struct options *options, struct err *err)
{
    struct build build = {.apply.spool.fd = -1};
    if (!options->app || !options->output ||
        (!options->rootfs && !options->config_count))
        return err_say(err, EINVAL,
                       "build: expected --app, --output, and --rootfs or "
                       "a setting");
    int rc = build_image(&build, options, err);
    if (build.tree == &build.scanned)
        fstree_release(&build.scanned);
    apply_release(&build.apply);
    uniconf_release(&build.conf);
    return rc;
}
