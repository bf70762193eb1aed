/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that make, change and take away names. */
#include "runnc/volumes/host.h"
#include "runnc/volumes/serve.h"

int op_readlink(struct server *server, struct in *in, struct out *out)
{
    char target[P9_TARGET_MAX + 1];
    (void)server;
    struct fid *fid = fid_find(get_u32(in));
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid || fid->fd < 0)
        return -EBADF;
    long len = host(readlinkat(fid->fd, "", target, sizeof target));
    if (len == -ENOENT) /* what no symlink says */
        len = -EINVAL;
    if (len < 0)
        return (int)len;
    if (len > (long)P9_TARGET_MAX)
        return -ENAMETOOLONG;
    put_u16(out, (uint16_t)len);
    put_bytes(out, target, (size_t)len);
    return 0;
}

/* What a message that makes a name answers with. */
static int answer(const struct fid *dir, const char *name, struct out *out)
{
    struct statx st;
    int rc = stat_name(dir->fd, name, &st);
    if (rc == 0)
        put_qid(out, &st);
    return rc;
}

int op_symlink(struct server *server, struct in *in, struct out *out)
{
    char name[P9_NAME_MAX + 1], target[P9_TARGET_MAX + 1];
    struct fid *dir;
    int rc = 0;
    uint32_t number = get_u32(in);
    get_name(in, name, &rc);
    get_text(in, target, sizeof target, &rc);
    (void)get_u32(in); /* gid */
    if (get_end(in) < 0)
        return -EPROTO;
    if (rc == 0)
        rc = dir_to_change(server, number, &dir);
    if (rc == 0)
        rc = (int)host(symlinkat(target, dir->fd, name));
    return rc < 0 ? rc : answer(dir, name, out);
}

/* No devices: a guest's are its own, and the host's are none of its
 * business. */
int op_mknod(struct server *server, struct in *in, struct out *out)
{
    char name[P9_NAME_MAX + 1];
    struct fid *dir;
    int rc = 0;
    uint32_t number = get_u32(in);
    get_name(in, name, &rc);
    uint32_t mode = get_u32(in);
    (void)get_u32(in); /* major, minor, gid */
    (void)get_u32(in);
    (void)get_u32(in);
    if (get_end(in) < 0)
        return -EPROTO;
    if (rc == 0 && (S_ISCHR(mode) || S_ISBLK(mode)))
        rc = -EPERM;
    if (rc == 0)
        rc = dir_to_change(server, number, &dir);
    if (rc == 0)
        rc = (int)host(mknodat(dir->fd, name, mode & (S_IFMT | 07777), 0));
    return rc < 0 ? rc : answer(dir, name, out);
}

int op_mkdir(struct server *server, struct in *in, struct out *out)
{
    char name[P9_NAME_MAX + 1];
    struct fid *dir;
    int rc = 0;
    uint32_t number = get_u32(in);
    get_name(in, name, &rc);
    uint32_t mode = get_u32(in);
    (void)get_u32(in); /* gid */
    if (get_end(in) < 0)
        return -EPROTO;
    if (rc == 0)
        rc = dir_to_change(server, number, &dir);
    if (rc == 0)
        rc = (int)host(mkdirat(dir->fd, name, mode & 07777));
    return rc < 0 ? rc : answer(dir, name, out);
}

int op_link(struct server *server, struct in *in, struct out *out)
{
    char name[P9_NAME_MAX + 1], from[16];
    struct fid *dir, *fid;
    int rc = 0;
    (void)out;
    uint32_t number = get_u32(in);
    fid = fid_find(get_u32(in));
    get_name(in, name, &rc);
    if (get_end(in) < 0)
        return -EPROTO;
    if (rc == 0)
        rc = dir_to_change(server, number, &dir);
    if (rc == 0 && (!fid || fid->fd < 0))
        rc = -EBADF;
    if (rc == 0 && fid->export != dir->export)
        rc = -EXDEV;
    if (rc < 0)
        return rc;
    (void)snprintf(from, sizeof from, "%d", fid->fd);
    return (int)host(
        linkat(server->proc_fds, from, dir->fd, name, AT_SYMLINK_FOLLOW));
}

int op_renameat(struct server *server, struct in *in, struct out *out)
{
    char name[P9_NAME_MAX + 1], to_name[P9_NAME_MAX + 1];
    struct fid *dir, *to_dir;
    int rc = 0;
    (void)out;
    uint32_t number = get_u32(in);
    get_name(in, name, &rc);
    uint32_t to_number = get_u32(in);
    get_name(in, to_name, &rc);
    if (get_end(in) < 0)
        return -EPROTO;
    if (rc == 0)
        rc = dir_to_change(server, number, &dir);
    if (rc == 0)
        rc = dir_to_change(server, to_number, &to_dir);
    if (rc == 0 && dir->export != to_dir->export)
        rc = -EXDEV;
    return rc < 0 ? rc
                  : (int)host(renameat(dir->fd, name, to_dir->fd, to_name));
}

int op_unlinkat(struct server *server, struct in *in, struct out *out)
{
    char name[P9_NAME_MAX + 1];
    struct fid *dir;
    int rc = 0;
    (void)out;
    uint32_t number = get_u32(in);
    get_name(in, name, &rc);
    uint32_t flags = get_u32(in);
    if (get_end(in) < 0)
        return -EPROTO;
    if (rc == 0 && (flags & ~P9_UNLINK_DIR))
        rc = -EINVAL;
    if (rc == 0)
        rc = dir_to_change(server, number, &dir);
    if (rc == 0)
        rc = (int)host(
            unlinkat(dir->fd, name, flags & P9_UNLINK_DIR ? AT_REMOVEDIR : 0));
    return rc;
}
