/* SPDX-License-Identifier: Apache-2.0 */
/* Where an image comes from: see source.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "images/source.h"

/* What runs here. Others are refused, as an engine would. */
static int check_platform(const json_t *config, struct err *err)
{
    const char *os, *machine;
    if (json_text_of(config, "os", &os, err) < 0 ||
        json_text_of(config, "architecture", &machine, err) < 0)
        return -err->code;
    if ((*os && strcmp(os, "linux") != 0) ||
        (*machine && strcmp(machine, "amd64") != 0))
        return err_refuse(err, "for %.40s/%.40s, expected linux/amd64", os,
                          machine);
    return 0;
}

int source_take_config(struct source *source, struct err *err)
{
    json_t *rootfs, *ids, *config;

    if (!json_is_object(source->config))
        return err_refuse(err, "configuration: expected an object");
    if (check_platform(source->config, err) < 0 ||
        json_object_of(source->config, "config", &config, err) < 0 ||
        json_object_of(source->config, "rootfs", &rootfs, err) < 0 ||
        json_array_of(rootfs, "diff_ids", &ids, err) < 0)
        return err_wrap(err, "configuration");
    if (json_array_size(ids) != source->layer_count)
        return err_refuse(err, "configuration: %zu diff_ids for %zu layers",
                          json_array_size(ids), source->layer_count);
    for (size_t i = 0; i < source->layer_count; i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (digest_parse(&source->layers[i].diff_id, id ? id : "", err) < 0)
            return err_wrap(err, "configuration: diff_ids");
    }
    return 0;
}

static int open_uni(struct source *source, struct err *err)
{
    struct stat st;
    source->uni_fd =
        open(source->place.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (source->uni_fd < 0 || fstat(source->uni_fd, &st) < 0)
        return err_set(err, errno, "open %s", source->place.path);
    if (!S_ISREG(st.st_mode))
        return err_refuse(err, "%s: no regular file", source->place.path);
    return 0;
}

static int open_archive(struct source *source, const struct img_limits *limits,
                        struct err *err)
{
    auto_fd int fd = open(source->place.path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, errno, "open %s", source->place.path);
    return source_open_archive(source, fd, source->place.path, limits, err);
}

int source_open(struct source *source, const char *text, const char *near,
                const struct img_limits *limits, struct err *err)
{
    int rc;

    *source = (struct source){.uni_fd = -1, .spool.fd = -1};
    if (place_parse(&source->place, text, err) < 0) {
        err->is_refusal = false; /* the command line's fault */
        return -err->code;
    }
    switch (source->place.kind) {
    case PLACE_FILE:
        rc = open_uni(source, err);
        break;
    case PLACE_OCI:
        rc = source_open_oci(source, err);
        break;
    default:
        rc = spool_init(&source->spool, near, err);
        if (rc == 0)
            rc = source->place.kind == PLACE_ARCHIVE
                     ? open_archive(source, limits, err)
                     : source_open_engine(source, limits, err);
    }
    return rc;
}

void source_release(struct source *source)
{
    place_release(&source->place);
    json_decref(source->config);
    json_decref(source->annotations);
    free(source->layers);
    if (source->uni_fd >= 0)
        (void)close(source->uni_fd);
    for (size_t i = 0; i < source->fd_count; i++)
        (void)close(source->fds[i]);
    free(source->fds);
    spool_release(&source->spool);
}
