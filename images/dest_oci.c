/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An image into an OCI layout (image-spec image-layout.md): a new one is made
 * beside its place and renamed, or in an empty folder that is there; to a
 * layout that is there blobs are added, then its index is replaced. What was
 * added is taken away again after a failure.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/outfile.h"
#include "images/dest.h"
#include "images/limits.h"
#include "images/progress.h"

#define COPY_MAX ((size_t)1 << 30)
#define CHUNK ((size_t)1 << 20)
#define MADE_MAX 8u
#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define CONFIG_TYPE "application/vnd.oci.image.config.v1+json"
#define LAYER_TYPE "application/vnd.oci.image.layer.v1.tar"
#define REF_NAME "org.opencontainers.image.ref.name"

struct layout {
    const char *path;     /* where it will be */
    char root[PATH_MAX];  /* where it is made */
    int lock;             /* of a layout that was there; or -1 */
    bool is_new;          /* nothing is in it */
    bool is_aside;        /* root is another folder than path */
    char *made[MADE_MAX]; /* owned paths, to be taken away on failure */
    unsigned made_count;
};

static int path_in(const struct layout *layout, char path[PATH_MAX],
                   const char *name, struct err *err)
{
    int len = snprintf(path, PATH_MAX, "%s/%s", layout->root, name);
    return len < 0 || len >= PATH_MAX
               ? err_set(err, ENAMETOOLONG, "%s", layout->path)
               : 0;
}

static void remember(struct layout *layout, const char *path)
{
    char *copy = strdup(path); /* without memory it stays behind */
    if (copy && layout->made_count < MADE_MAX)
        layout->made[layout->made_count++] = copy;
    else
        free(copy);
}

/* A link in somebody else's layout would lead what we write out of it. */
static int make_dir(struct layout *layout, const char *name, struct err *err)
{
    char path[PATH_MAX];
    struct stat st;
    if (path_in(layout, path, name, err) < 0)
        return -err->code;
    if (mkdir(path, 0777) < 0) {
        if (errno != EEXIST || lstat(path, &st) < 0)
            return err_set(err, errno, "make folder %s", path);
        return S_ISDIR(st.st_mode)
                   ? 0
                   : err_refuse(err, "%s: expected a folder", path);
    }
    remember(layout, path);
    return 0;
}

static int put_file(struct layout *layout, const char *name, const void *data,
                    size_t len, struct err *err)
{
    char path[PATH_MAX];
    struct outfile out;
    struct stat st;
    if (path_in(layout, path, name, err) < 0)
        return -err->code;
    bool is_there = lstat(path, &st) == 0;
    if (outfile_init_new(&out, path, 0666, err) < 0)
        return -err->code;
    int rc = write_full(out.fd, data, len, err);
    if (rc == 0)
        rc = outfile_commit(&out, err);
    outfile_release(&out);
    if (rc == 0 && !is_there)
        remember(layout, path);
    return rc;
}

static int put_blob(struct layout *layout, const struct digest *digest,
                    const char *text, struct err *err)
{
    char name[DIGEST_SIZE + 16];
    (void)snprintf(name, sizeof name, "blobs/sha256/%s", digest_hex(digest));
    return put_file(layout, name, text, strlen(text), err);
}

/* In the kernel if it can. */
static int copy(int from, int to, uint64_t size, struct err *err)
{
    loff_t in = 0, out = 0;
    while ((uint64_t)in < size) {
        uint64_t left = size - (uint64_t)in;
        ssize_t got = copy_file_range(from, &in, to, &out,
                                      left < COPY_MAX ? left : COPY_MAX, 0);
        if (got <= 0)
            break;
    }
    auto_free char *buf = malloc(CHUNK);
    if (!buf)
        return err_set(err, ENOMEM, "layer");
    while ((uint64_t)in < size) {
        uint64_t left = size - (uint64_t)in;
        size_t len = left < CHUNK ? (size_t)left : CHUNK;
        if (pread_full(from, buf, len, (uint64_t)in, err) < 0 ||
            pwrite_full(to, buf, len, (uint64_t)in, err) < 0)
            return -err->code;
        in += (loff_t)len;
    }
    return 0;
}

/* 1: what is there has these bytes; its name alone says nothing. */
static int has_blob(const char *path, uint64_t size,
                    const struct digest *digest, struct err *err)
{
    struct stat st;
    struct hash hash = {0};
    struct digest got;
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
        (uint64_t)st.st_size != size)
        return 0;
    auto_free char *buf = malloc(CHUNK);
    if (!buf)
        return err_set(err, ENOMEM, "layer");
    int rc = hash_init(&hash, digest, err);
    for (ssize_t len; rc == 0 && (len = read(fd, buf, CHUNK)) != 0;) {
        if (len < 0 && errno != EINTR)
            rc = err_set(err, errno, "read %s", path);
        if (len > 0)
            hash_update(&hash, buf, (size_t)len);
        if (rc == 0)
            rc = progress_add(0, err);
    }
    if (rc == 0)
        rc = hash_final(&hash, &got, err);
    hash_release(&hash);
    return rc < 0 ? rc : strcmp(got.text, digest->text) == 0;
}

static int put_layer(struct layout *layout, const struct new_image *image,
                     struct err *err)
{
    char name[DIGEST_SIZE + 16], path[PATH_MAX];
    struct outfile out;
    (void)snprintf(name, sizeof name, "blobs/sha256/%s",
                   digest_hex(&image->layer.digest));
    if (path_in(layout, path, name, err) < 0)
        return -err->code;
    int there = has_blob(path, image->layer.size, &image->layer.digest, err);
    if (there)
        return there < 0 ? there : 0;
    bool is_there = access(path, F_OK) == 0;
    if (outfile_init_new(&out, path, 0666, err) < 0)
        return -err->code;
    int rc = copy(image->layer_fd, out.fd, image->layer.size, err);
    if (rc == 0)
        rc = outfile_commit(&out, err);
    outfile_release(&out);
    if (rc == 0 && !is_there)
        remember(layout, path);
    return rc;
}

static char *make_manifest(const struct new_image *image)
{
    static const char *const suffix[] = {"", "+gzip", "+zstd"};
    char type[80];
    (void)snprintf(type, sizeof type, LAYER_TYPE "%s", suffix[image->packing]);
    json_t *json =
        json_pack("{s:i, s:s, s:{s:s, s:s, s:I}, s:[{s:s, s:s, s:I}]}",
                  "schemaVersion", 2, "mediaType", MANIFEST_TYPE, "config",
                  "mediaType", CONFIG_TYPE, "digest", image->config_digest.text,
                  "size", (json_int_t)strlen(image->config), "layers",
                  "mediaType", type, "digest", image->layer.digest.text, "size",
                  (json_int_t)image->layer.size);
    if (json && image->annotations)
        (void)json_object_set(json, "annotations", image->annotations);
    char *line = json ? json_line(json) : NULL;
    json_decref(json);
    return line;
}

/* The index with the image in the place of one of the same name. */
static int put_index(struct layout *layout, json_t *index, const char *ref,
                     const char *manifest, const struct digest *digest,
                     struct err *err)
{
    json_t *list = json_object_get(index, "manifests");
    for (size_t i = json_array_size(list); i-- > 0;) {
        const json_t *item = json_array_get(list, i);
        const json_t *notes = json_object_get(item, "annotations");
        const char *name = json_string_value(json_object_get(notes, REF_NAME));
        if (ref ? name && strcmp(name, ref) == 0
                : !name && descriptor_is_ours(item))
            (void)json_array_remove(list, i);
    }
    json_t *item =
        json_pack("{s:s, s:s, s:I, s:{s:s, s:s}}", "mediaType", MANIFEST_TYPE,
                  "digest", digest->text, "size", (json_int_t)strlen(manifest),
                  "platform", "architecture", "amd64", "os", "linux");
    if (item && ref)
        (void)json_object_set_new(item, "annotations",
                                  json_pack("{s:s}", REF_NAME, ref));
    if (!item || json_array_append_new(list, item) < 0)
        return err_set(err, ENOMEM, "index.json");
    char *line = json_line(index);
    if (!line)
        return err_set(err, ENOMEM, "index.json");
    int rc = put_file(layout, "index.json", line, strlen(line), err);
    free(line);
    return rc;
}

/* The index of the layout that is there, or a new one. */
static int read_index(struct layout *layout, json_t **index, struct err *err)
{
    char path[PATH_MAX];
    struct blob blob = {.name = "index.json"};
    struct stat st;

    *index = NULL;
    if (layout->is_new) {
        *index = json_pack("{s:i, s:[]}", "schemaVersion", 2, "manifests");
        return *index ? 0 : err_set(err, ENOMEM, "index.json");
    }
    if (path_in(layout, path, "index.json", err) < 0)
        return -err->code;
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, errno, "open %s", path);
    blob.fd = fd;
    blob.size = S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0;
    if (blob_json(&blob, index, NULL, err) < 0)
        return -err->code;
    if (json_is_array(json_object_get(*index, "manifests")))
        return 0;
    json_decref(*index);
    *index = NULL;
    return err_refuse(err, "index.json: expected a list of manifests");
}

static bool is_empty_dir(const char *path)
{
    DIR *dir = opendir(path);
    unsigned count = 0;
    if (!dir)
        return false;
    while (count < 3 && readdir(dir))
        count++;
    (void)closedir(dir);
    return count == 2; /* . and .. */
}

/* Two that add images to one layout take turns. */
static int lock_layout(struct layout *layout, struct err *err)
{
    layout->lock = open(layout->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (layout->lock < 0)
        return err_set(err, errno, "open %s", layout->path);
    while (flock(layout->lock, LOCK_EX) < 0) {
        if (errno != EINTR)
            return err_set(err, errno, "lock %s", layout->path);
        if (progress_add(0, err) < 0)
            return -err->code;
    }
    return 0;
}

/* A folder that is there may be ".", a link or a mount: filled in its place. */
static int use_folder(struct layout *layout, struct err *err)
{
    char file[PATH_MAX];
    struct stat st;
    if (lock_layout(layout, err) < 0 ||
        path_in(layout, file, "oci-layout", err) < 0)
        return -err->code;
    layout->is_new = stat(file, &st) < 0;
    if (layout->is_new && !is_empty_dir(layout->root))
        return err_refuse(err, "%s: is there, and is no OCI layout",
                          layout->path);
    return 0;
}

static int layout_init(struct layout *layout, const char *path, struct err *err)
{
    struct stat st;
    size_t len = strlen(path);

    *layout = (struct layout){.path = path, .lock = -1};
    while (len > 1 && path[len - 1] == '/')
        len--;
    if (len + 16 >= sizeof layout->root)
        return err_set(err, ENAMETOOLONG, "%s", path);
    (void)snprintf(layout->root, sizeof layout->root, "%.*s", (int)len, path);
    if (stat(path, &st) == 0)
        return use_folder(layout, err);
    (void)strcat(layout->root, ".XXXXXX");
    mode_t mask = umask(0);
    (void)umask(mask);
    if (!mkdtemp(layout->root) || chmod(layout->root, 0777 & ~mask) < 0)
        return err_set(err, errno, "make folder %s", layout->root);
    layout->is_new = layout->is_aside = true;
    remember(layout, layout->root);
    return 0;
}

static int fill(struct layout *layout, const struct new_image *image,
                const char *manifest, const char *ref, struct err *err)
{
    static const char version[] = "{\"imageLayoutVersion\":\"1.0.0\"}";
    struct digest digest;
    json_t *index;

    if (read_index(layout, &index, err) < 0)
        return -err->code;
    int rc = digest_of(&digest, manifest, strlen(manifest), err);
    if (rc == 0)
        rc = make_dir(layout, "blobs", err);
    if (rc == 0)
        rc = make_dir(layout, "blobs/sha256", err);
    if (rc == 0)
        rc = put_layer(layout, image, err);
    if (rc == 0)
        rc = put_blob(layout, &image->config_digest, image->config, err);
    if (rc == 0)
        rc = put_blob(layout, &digest, manifest, err);
    if (rc == 0 && layout->is_new)
        rc = put_file(layout, "oci-layout", version, sizeof version - 1, err);
    if (rc == 0)
        rc = progress_add(0, err);
    if (rc == 0)
        rc = put_index(layout, index, ref, manifest, &digest, err);
    json_decref(index);
    return rc;
}

int dest_write_oci(const struct place *place, const struct new_image *image,
                   struct err *err)
{
    struct layout layout = {.lock = -1};
    char *manifest = make_manifest(image);
    int rc = manifest ? layout_init(&layout, place->path, err)
                      : err_set(err, ENOMEM, "manifest");
    if (rc == 0)
        rc = fill(&layout, image, manifest, place->ref, err);
    if (rc == 0 && layout.is_aside && rename(layout.root, layout.path) < 0)
        rc = err_set(err, errno, "rename to %s", layout.path);
    free(manifest);
    if (layout.lock >= 0)
        (void)close(layout.lock);
    for (unsigned i = layout.made_count; i-- > 0;) {
        if (rc < 0)
            (void)remove(layout.made[i]);
        free(layout.made[i]);
    }
    return rc;
}
