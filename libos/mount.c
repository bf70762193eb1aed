/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts that boot info asks for:
 *     mount=PATH,9p,stream=NAME,aname=NAME[,ro]
 *     mount=PATH,tmpfs[,size=SIZE][,mode=OCTAL][,uid=N][,gid=N][,copyup][,ro]
 * In PATH and values "%xx" stands for the byte xx. A 9P file system on "/"
 * lies below the image's own root file system. docs/abi.md
 */
#include "arena.h"
#include "files.h"
#include "p9.h"
#include "sys.h"

#define FIELD_MAX 16u

struct request {
    char *text;                   /* owned, cut into fields */
    const char *field[FIELD_MAX]; /* path, kind, options */
    unsigned count;
};

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "%xx" in place; false: what follows the % is none, or is NUL. */
static bool decode(char *text)
{
    char *to = text;
    for (const char *at = text; *at; at++) {
        if (*at != '%') {
            *to++ = *at;
            continue;
        }
        int high = hex(at[1]), low = high < 0 ? -1 : hex(at[2]);
        if (low < 0 || (high | low) == 0)
            return false;
        *to++ = (char)(high << 4 | low);
        at += 2;
    }
    *to = '\0';
    return true;
}

static int parse(struct request *req, const char *value)
{
    size_t len = strlen(value);
    *req = (struct request){.text = kalloc(len + 1)};
    if (!req->text)
        return -LINUX_ENOMEM;
    memcpy(req->text, value, len);
    for (char *at = req->text; at;) {
        if (req->count == FIELD_MAX)
            return -LINUX_EINVAL;
        char *comma = strchr(at, ',');
        if (comma)
            *comma = '\0';
        if (!decode(at))
            return -LINUX_EINVAL;
        req->field[req->count++] = at;
        at = comma ? comma + 1 : NULL;
    }
    return req->count < 2 || req->field[0][0] != '/' ? -LINUX_EINVAL : 0;
}

/* The value of an option, "" if it has none; NULL: it is not there. */
static const char *option(const struct request *req, const char *name)
{
    size_t len = strlen(name);
    for (unsigned i = 2; i < req->count; i++) {
        const char *field = req->field[i];
        if (!strncmp(field, name, len) && (!field[len] || field[len] == '='))
            return field + len + (field[len] == '=');
    }
    return NULL;
}

static bool has_only(const struct request *req, const char *const *known)
{
    for (unsigned i = 2; i < req->count; i++) {
        unsigned k = 0;
        while (known[k] &&
               option(&(struct request){.field = {NULL, NULL, req->field[i]},
                                        .count = 3},
                      known[k]) == NULL)
            k++;
        if (!known[k])
            return false;
    }
    return true;
}

static bool number(const char *text, unsigned base, uint32_t *value)
{
    uint64_t sum = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        unsigned digit = (unsigned)(*text - '0');
        if (digit >= base || (sum = sum * base + digit) > UINT32_MAX)
            return false;
    }
    *value = (uint32_t)sum;
    return true;
}

/* With copyup it begins as what `at` has: nothing is copied, as no other path
 * leads to what is covered, so nothing of it changes. */
static int new_tmpfs(const struct request *req, struct inode *at,
                     struct fs **fs)
{
    static const char *const known[] = {"size",   "mode", "uid", "gid",
                                        "copyup", "ro",   NULL};
    const struct tmpfs_below below = {.base = at};
    bool is_copy = option(req, "copyup") != NULL;
    const char *size = option(req, "size"), *mode = option(req, "mode");
    const char *uid = option(req, "uid"), *gid = option(req, "gid");
    uint64_t bytes = size ? files_parse_size(size) : 0;
    uint32_t bits = at->mode & 07777, ids[2] = {0, 0};
    if (!has_only(req, known) || (size && !bytes) ||
        (mode && (!number(mode, 8, &bits) || bits > 07777)) ||
        (uid && !number(uid, 10, &ids[0])) ||
        (gid && !number(gid, 10, &ids[1])))
        return -LINUX_EINVAL;
    *fs = tmpfs_new(is_copy ? &below : NULL, bytes, bits);
    if (!*fs)
        return -LINUX_ENOMEM;
    struct inode *root = (*fs)->root;
    (*fs)->type = (*fs)->source = "tmpfs";
    root->mode = LINUX_S_IFDIR | bits;
    if (!is_copy || uid)
        root->uid = ids[0];
    if (!is_copy || gid)
        root->gid = ids[1];
    return 0;
}

static int new_9p(const struct request *req, bool is_kept, struct fs **fs)
{
    static const char *const known[] = {"stream", "aname", "ro", NULL};
    const char *stream = option(req, "stream"), *aname = option(req, "aname");
    int rc = -LINUX_EINVAL;
    if (!has_only(req, known) || !stream || !aname)
        return rc;
    struct p9_conn *conn = p9_connect(stream, strlen(stream), &rc);
    return conn ? p9_mount(conn, aname, strlen(aname), is_kept, fs) : rc;
}

/* What is mounted on; made with that mode if it is missing. */
static int find_place(const char *path, unsigned mode, struct inode **at)
{
    bool is_dir = (mode & LINUX_S_IFMT) == LINUX_S_IFDIR;
    int rc = files_make_place(path, mode);
    if (rc == 0)
        rc = walk_inode(LINUX_AT_FDCWD, path, WALK_FOLLOW, at);
    if (rc < 0 || inode_is_dir(*at) == is_dir)
        return rc;
    inode_put(*at);
    return is_dir ? -LINUX_ENOTDIR : -LINUX_EISDIR;
}

/* After a failure the guest ends: nothing is undone. */
int mount_conf(const char *value)
{
    struct request req;
    struct inode *at;
    struct fs *fs;
    int rc = parse(&req, value);
    if (rc == 0 && !strcmp(req.field[1], "9p")) {
        rc = new_9p(&req, false, &fs);
        if (rc == 0)
            rc = find_place(req.field[0],
                            inode_is_dir(fs->root) ? LINUX_S_IFDIR | 0755
                                                   : LINUX_S_IFREG | 0644,
                            &at);
    } else if (rc == 0 && !strcmp(req.field[1], "tmpfs")) {
        rc = find_place(req.field[0], LINUX_S_IFDIR | 01777, &at);
        if (rc == 0)
            rc = new_tmpfs(&req, at, &fs);
    } else if (rc == 0) {
        rc = -LINUX_ENODEV;
    }
    if (rc == 0) {
        if (option(&req, "ro"))
            fs->flags |= FS_READONLY;
        vfs_mount(fs, at);
    }
    kfree(req.text);
    return rc;
}

int mount_base(const char *value, struct inode **base)
{
    struct request req;
    struct fs *fs;
    int rc = parse(&req, value);
    if (rc == 0)
        rc = strcmp(req.field[1], "9p") ? -LINUX_EINVAL
                                        : new_9p(&req, true, &fs);
    if (rc == 0 && !inode_is_dir(fs->root))
        rc = -LINUX_ENOTDIR;
    if (rc == 0) {
        fs->flags |= FS_READONLY;
        *base = fs->root;
    }
    kfree(req.text);
    return rc;
}
