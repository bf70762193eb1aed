/* SPDX-License-Identifier: Apache-2.0 */
/* uni-image ls and cat: the files of a .uni's root file system. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "images/commands.h"
#include "images/paths.h"
#include "images/unifile.h"

#define CHUNK 65536u

struct listing {
    const struct erofs_view *view;
    const struct options *options;
    const char *below; /* only what is at or below this path */
    uint64_t count;
};

static unsigned dev_major(uint32_t dev)
{
    return dev >> 8 & 0xfff;
}

static unsigned dev_minor(uint32_t dev)
{
    return (dev & 0xff) | (dev >> 12 & 0xfff00);
}

static bool is_device(uint32_t mode)
{
    return S_ISCHR(mode) || S_ISBLK(mode);
}

/* As ls(1) shows it. */
static void mode_text(uint32_t mode, char text[11])
{
    static const char kinds[] = "?pc?d?b?-?l?s???";
    static const char bits[] = "rwxrwxrwx";
    text[0] = kinds[mode >> 12 & 15];
    for (int i = 0; i < 9; i++)
        text[1 + i] = mode & (0400u >> i) ? bits[i] : '-';
    if (mode & S_ISUID)
        text[3] = mode & S_IXUSR ? 's' : 'S';
    if (mode & S_ISGID)
        text[6] = mode & S_IXGRP ? 's' : 'S';
    if (mode & S_ISVTX)
        text[9] = mode & S_IXOTH ? 't' : 'T';
    text[10] = '\0';
}

static void link_target(const struct erofs_view *view,
                        const struct erofs_info *info, char target[4096])
{
    size_t len = info->size < 4095 ? info->size : 4095;
    erofs_view_read(view, info, 0, target, len);
    target[len] = '\0';
}

static void print_long(const struct erofs_info *info)
{
    char mode[11], date[20];
    time_t when = (time_t)info->mtime;
    struct tm tm;

    mode_text(info->mode, mode);
    if (!gmtime_r(&when, &tm) || !strftime(date, sizeof date, "%F %R", &tm))
        (void)snprintf(date, sizeof date, "?");
    printf("%s %3u %5u %5u ", mode, info->nlink, info->uid, info->gid);
    if (is_device(info->mode))
        printf("%5u, %4u", dev_major(info->rdev), dev_minor(info->rdev));
    else
        printf("%11" PRIu64, info->size);
    printf(" %s ", date);
}

/* Attributes are bytes: in hex. */
static int add_xattr(void *ctx, const char *name, const void *value, size_t len,
                     struct err *err)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *bytes = value;
    char *hex = malloc(2 * len + 1);
    if (!hex)
        return err_set(err, ENOMEM, "attribute");
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[bytes[i] >> 4];
        hex[2 * i + 1] = digits[bytes[i] & 15];
    }
    hex[2 * len] = '\0';
    (void)json_object_set_new(ctx, name, json_string(hex));
    free(hex);
    return 0;
}

static int print_object(const struct listing *list, const char *path,
                        const struct erofs_info *info, struct err *err)
{
    char target[4096];
    json_t *xattrs = json_object();
    json_t *json =
        json_pack("{s:o, s:I, s:i, s:I, s:I, s:I, s:I, s:I, s:i}", "path",
                  safe_json(path), "inode", (json_int_t)info->nid, "mode",
                  (int)info->mode, "uid", (json_int_t)info->uid, "gid",
                  (json_int_t)info->gid, "links", (json_int_t)info->nlink,
                  "size", (json_int_t)info->size, "mtime",
                  (json_int_t)info->mtime, "mtime_ns", (int)info->mtime_ns);
    int rc = json && xattrs
                 ? erofs_view_xattrs(list->view, info, add_xattr, xattrs, err)
                 : err_set(err, ENOMEM, "%s", path);
    if (rc == 0 && is_device(info->mode))
        (void)json_object_set_new(json, "rdev",
                                  json_pack("[i, i]",
                                            (int)dev_major(info->rdev),
                                            (int)dev_minor(info->rdev)));
    if (rc == 0 && S_ISLNK(info->mode)) {
        link_target(list->view, info, target);
        (void)json_object_set_new(json, "target", safe_json(target));
    }
    if (rc == 0 && json_object_size(xattrs))
        (void)json_object_set(json, "xattrs", xattrs);
    if (rc == 0) {
        printf("%s  ", list->count ? ",\n" : "");
        if (json_dumpf(json, stdout, 0) < 0)
            rc = err_set(err, EIO, "write");
    }
    json_decref(xattrs);
    json_decref(json);
    return rc;
}

static int list_one(void *ctx, const char *path, const struct erofs_info *info,
                    struct err *err)
{
    struct listing *list = ctx;
    size_t len = strlen(list->below);
    char target[4096];

    if (strncmp(path, list->below, len) != 0 || (path[len] && path[len] != '/'))
        return 0;
    if (list->options->is_json) {
        if (print_object(list, path, info, err) < 0)
            return -err->code;
    } else {
        if (list->options->is_long)
            print_long(info);
        print_safe(path);
        if (list->options->is_long && S_ISLNK(info->mode)) {
            link_target(list->view, info, target);
            printf(" -> ");
            print_safe(target);
        }
        printf("\n");
    }
    list->count++;
    return 0;
}

/* Only a file has files. */
static int open_rootfs(struct unifile *file, const char *name, struct err *err)
{
    const char *path = strncmp(name, "uni:", 4) ? name : name + 4;
    if (unifile_open(file, path, err) < 0)
        return -err->code;
    return file->has_rootfs ? 0
                            : err_refuse(err, "%s: no root file system", path);
}

int cmd_ls(const struct options *options, struct err *err)
{
    char below[PATH_MAX + 1] = "";
    struct unifile file;
    struct listing list = {.options = options, .below = below};
    const char *path = options->arg_count > 1 ? options->args[1] : "";

    if (path_clean(below + 1, path, err) < 0)
        return -err->code;
    below[0] = below[1] ? '/' : '\0';
    int rc = open_rootfs(&file, options->args[0], err);
    list.view = &file.rootfs;
    if (rc == 0 && options->is_json)
        printf("[\n");
    if (rc == 0)
        rc = erofs_view_walk(&file.rootfs, list_one, &list, err);
    if (rc == 0 && options->is_json)
        printf("\n]\n");
    if (rc == 0 && !list.count)
        rc = err_say(err, ENOENT, "%s: no such file in %s", path,
                     options->args[0]);
    unifile_release(&file);
    return rc;
}

static int print_contents(const struct erofs_view *view,
                          const struct erofs_info *info, struct err *err)
{
    char buf[CHUNK];
    if (fflush(stdout) == EOF)
        return err_set(err, errno, "write");
    for (uint64_t at = 0; at < info->size;) {
        uint64_t left = info->size - at;
        size_t len = left < sizeof buf ? left : sizeof buf;
        erofs_view_read(view, info, at, buf, len);
        if (write_full(STDOUT_FILENO, buf, len, err) < 0)
            return -err->code;
        at += len;
    }
    return 0;
}

int cmd_cat(const struct options *options, struct err *err)
{
    const char *path = options->args[1];
    struct erofs_info info;
    struct unifile file;
    int rc = open_rootfs(&file, options->args[0], err);
    if (rc == 0 && erofs_view_find(&file.rootfs, path, true, &info, err) < 0)
        rc = err_wrap(err, "%s", path);
    if (rc == 0 && !S_ISREG(info.mode))
        rc = err_say(err, EINVAL, "%s: no regular file", path);
    if (rc == 0)
        rc = print_contents(&file.rootfs, &info, err);
    unifile_release(&file);
    return rc;
}
