/* SPDX-License-Identifier: Apache-2.0 */
/* Messages that make, open and end fids: version, attach, walk, lopen,
 * lcreate, clunk, flush; and what the other messages share. */
#include "runnc/volumes/host.h"
#include "runnc/volumes/serve.h"

#define STAT_MASK (STATX_BASIC_STATS | STATX_BTIME)

int stat_fd(int fd, struct statx *st)
{
    return (int)host(syscall(SYS_statx, fd, "", AT_EMPTY_PATH, STAT_MASK, st));
}

int stat_name(int dir, const char *name, struct statx *st)
{
    return (int)host(
        syscall(SYS_statx, dir, name, AT_SYMLINK_NOFOLLOW, STAT_MASK, st));
}

/* Inode numbers of several file systems in one space: those after the first
 * get their place in the order of appearance in the upper bits. */
uint64_t qid_path(const struct statx *st)
{
    static struct {
        uint32_t major, minor;
    } devs[128];
    static unsigned count;
    unsigned i = 0;
    while (i < count && (devs[i].major != st->stx_dev_major ||
                         devs[i].minor != st->stx_dev_minor))
        i++;
    if (i == count && count < sizeof devs / sizeof devs[0]) {
        devs[i].major = st->stx_dev_major;
        devs[i].minor = st->stx_dev_minor;
        count++;
    }
    return st->stx_ino ^ (uint64_t)i << 48;
}

void put_qid(struct out *out, const struct statx *st)
{
    uint8_t type = S_ISDIR(st->stx_mode)   ? P9_QID_DIR
                   : S_ISLNK(st->stx_mode) ? P9_QID_SYMLINK
                                           : P9_QID_FILE;
    put_u8(out, type);
    put_u32(out, (uint32_t)(st->stx_mtime.tv_sec ^ st->stx_mtime.tv_nsec << 8));
    put_u64(out, qid_path(st));
}

uint64_t resolve_flags(const struct server *server, const struct fid *fid)
{
    uint64_t flags =
        RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return server->export[fid->export].is_one_fs ? flags | RESOLVE_NO_XDEV
                                                 : flags;
}

/* Regular files and directories alone: opening a device or a FIFO acts. */
int open_fid(const struct server *server, const struct fid *fid, int flags)
{
    char name[16];
    if (S_ISLNK(fid->type))
        return -ELOOP;
    if (!S_ISREG(fid->type) && !S_ISDIR(fid->type))
        return -ENXIO;
    (void)snprintf(name, sizeof name, "%d", fid->fd);
    return (int)host(openat(server->proc_fds, name,
                            flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
}

int dir_to_change(const struct server *server, uint32_t number,
                  struct fid **dir)
{
    *dir = fid_find(number);
    if (!*dir || (*dir)->kind == FID_TTY)
        return -EBADF;
    return server->export[(*dir)->export].is_readonly ? -EROFS : 0;
}

int op_version(struct server *server, struct in *in, struct out *out)
{
    char version[32];
    int rc = 0;
    uint32_t msize = get_u32(in);
    get_text(in, version, sizeof version, &rc);
    if (get_end(in) < 0)
        return -EPROTO;
    if (msize < P9_MSIZE_MIN)
        return -EINVAL;
    fid_end_all();
    bool is_known = rc == 0 && !strcmp(version, P9_VERSION);
    const char *answer = is_known ? P9_VERSION : "unknown";
    server->msize = !is_known ? 0 : msize < P9_MSIZE_MAX ? msize : P9_MSIZE_MAX;
    put_u32(out, is_known ? server->msize : msize);
    put_u16(out, (uint16_t)strlen(answer));
    put_bytes(out, answer, strlen(answer));
    return 0;
}

static int attach_tty(const struct server *server, uint32_t number,
                      struct out *out)
{
    struct fid *fid;
    if (server->tty < 0)
        return -ENOENT;
    int rc = fid_new(number, &fid);
    if (rc < 0)
        return rc;
    fid->kind = FID_TTY;
    struct statx none = {.stx_mode = S_IFREG};
    put_qid(out, &none);
    return 0;
}

/* A new one for the path that fd is; fd is its, or closed. */
static int fid_of_path(uint32_t number, int fd, uint16_t export, uint16_t type,
                       struct fid **fid)
{
    int rc = fid_new(number, fid);
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    (*fid)->fd = fd;
    (*fid)->kind = FID_PATH;
    (*fid)->export = export;
    (*fid)->type = type;
    return 0;
}

int op_attach(struct server *server, struct in *in, struct out *out)
{
    char uname[256], aname[4096];
    int rc = 0, ignored = 0;
    uint32_t number = get_u32(in);
    uint32_t auth = get_u32(in);
    get_text(in, uname, sizeof uname, &ignored);
    get_text(in, aname, sizeof aname, &rc);
    (void)get_u32(in); /* n_uname: rights are this process's alone */
    if (get_end(in) < 0)
        return -EPROTO;
    if (rc < 0 || auth != P9_NOFID)
        return rc < 0 ? rc : -EINVAL;
    if (!strcmp(aname, P9_TTY_ANAME))
        return attach_tty(server, number, out);
    unsigned i = 0;
    while (i < server->export_count && strcmp(server->export[i].aname, aname))
        i++;
    if (i == server->export_count)
        return -ENOENT;
    struct statx st;
    rc = stat_fd(server->export[i].fd, &st);
    if (rc < 0)
        return rc;
    int fd = (int)host(fcntl(server->export[i].fd, F_DUPFD_CLOEXEC, 0));
    if (fd < 0)
        return fd;
    struct fid *fid;
    rc = fid_of_path(number, fd, (uint16_t)i, st.stx_mode & S_IFMT, &fid);
    if (rc < 0)
        return rc;
    put_qid(out, &st);
    return 0;
}

struct walk_names {
    unsigned count;
    char name[P9_WALK_MAX][P9_NAME_MAX + 1];
};

static int get_names(struct in *in, struct walk_names *names)
{
    int rc = 0;
    names->count = get_u16(in);
    if (names->count > P9_WALK_MAX)
        return -EINVAL;
    for (unsigned i = 0; i < names->count; i++)
        get_name(in, names->name[i], &rc);
    return get_end(in) < 0 ? -EPROTO : rc;
}

static struct statx found; /* by the last walk */

int stat_fid(const struct server *server, const struct fid *fid,
             struct statx *st)
{
    if (server->walked != fid)
        return stat_fd(fid->fd, st);
    *st = found;
    return 0;
}

/* To what the names lead to, `found`: a descriptor, or -errno. */
static int walk_names(const struct server *server, const struct fid *from,
                      const struct walk_names *names, unsigned *done,
                      struct out *out)
{
    int fd = from->fd, rc = 0;
    for (*done = 0; *done < names->count; (*done)++) {
        int next = host_openat2(fd, names->name[*done],
                                O_PATH | O_NOFOLLOW | O_CLOEXEC, 0,
                                resolve_flags(server, from));
        if (fd != from->fd)
            (void)close(fd);
        if (next < 0)
            return next;
        fd = next;
        rc = stat_fd(fd, &found);
        if (rc < 0) {
            (void)close(fd);
            return rc;
        }
        put_qid(out, &found);
    }
    return names->count ? fd : (int)host(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

/* The walk ends early where a name is missing: then there is no new fid. */
int op_walk(struct server *server, struct in *in, struct out *out)
{
    static struct walk_names names;
    uint32_t from_number = get_u32(in), number = get_u32(in);
    int rc = get_names(in, &names);
    server->walked = NULL;
    if (rc < 0)
        return rc;
    struct fid *from = fid_find(from_number), *fid;
    if (!from || from->kind != FID_PATH)
        return -EBADF;
    uint8_t *count_at = out->at;
    unsigned done;
    put_u16(out, 0);
    int fd = walk_names(server, from, &names, &done, out);
    const uint16_t count = (uint16_t)done;
    memcpy(count_at, &count, sizeof count);
    if (fd < 0)
        return done && done < names.count ? 0 : fd;
    uint16_t export = from->export;
    uint16_t type = names.count ? found.stx_mode & S_IFMT : from->type;
    if (number == from_number)
        fid_end(from);
    rc = fid_of_path(number, fd, export, type, &fid);
    if (rc < 0)
        return rc;
    server->walked = names.count ? fid : NULL;
    return 0;
}

#define OPEN_FLAGS                                                             \
    (O_ACCMODE | O_TRUNC | O_APPEND | O_DSYNC | O_SYNC | O_NOATIME)
#define OPEN_IGNORED                                                           \
    (O_CREAT | O_EXCL | O_NOCTTY | O_NONBLOCK | O_LARGEFILE | O_DIRECTORY |    \
     O_NOFOLLOW | O_CLOEXEC | O_DIRECT | 0100000)

/* 0 or -errno: may these be opened for the fid's export? */
static int check_open(const struct server *server, const struct fid *fid,
                      uint32_t flags)
{
    if (flags & ~(uint32_t)(OPEN_FLAGS | OPEN_IGNORED))
        return -EINVAL;
    bool writes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
    return writes && server->export[fid->export].is_readonly ? -EROFS : 0;
}

static void set_open(struct fid *fid, int fd, uint32_t flags, uint16_t type)
{
    (void)close(fid->fd);
    fid->fd = fd;
    fid->type = type;
    fid->kind = S_ISDIR(type) ? FID_DIR : FID_FILE;
    fid->may_write = (flags & O_ACCMODE) != O_RDONLY;
}

int op_lopen(struct server *server, struct in *in, struct out *out)
{
    struct fid *fid = fid_find(get_u32(in));
    uint32_t flags = get_u32(in);
    struct statx st;
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid || (fid->kind != FID_PATH && fid->kind != FID_TTY))
        return -EBADF;
    if (fid->kind == FID_TTY)
        return -EBUSY; /* it needs no opening */
    int rc = check_open(server, fid, flags);
    if (rc < 0)
        return rc;
    int fd = open_fid(server, fid, (int)(flags & OPEN_FLAGS));
    if (fd < 0)
        return fd;
    rc = stat_fd(fd, &st);
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    set_open(fid, fd, flags, fid->type);
    put_qid(out, &st);
    put_u32(out, 0); /* iounit: whatever fits a message */
    return 0;
}

/* The name must be new: what is there already may be no file at all. The fid
 * of the directory becomes the new file's. */
int op_lcreate(struct server *server, struct in *in, struct out *out)
{
    char name[P9_NAME_MAX + 1];
    struct fid *fid = NULL;
    int rc = 0;
    uint32_t number = get_u32(in);
    get_name(in, name, &rc);
    uint32_t flags = get_u32(in), mode = get_u32(in);
    (void)get_u32(in); /* gid */
    if (get_end(in) < 0)
        return -EPROTO;
    if (rc == 0)
        rc = dir_to_change(server, number, &fid);
    if (rc == 0 && fid->kind != FID_PATH)
        rc = -EBADF;
    if (rc == 0)
        rc = check_open(server, fid, flags);
    if (rc != 0)
        return rc;
    int fd = host_openat2(fid->fd, name,
                          (flags & OPEN_FLAGS & ~(uint32_t)O_TRUNC) | O_CREAT |
                              O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                          mode & 07777, resolve_flags(server, fid));
    if (fd < 0)
        return fd;
    struct statx st;
    rc = stat_fd(fd, &st);
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    set_open(fid, fd, flags, S_IFREG);
    put_qid(out, &st);
    put_u32(out, 0);
    return 0;
}

int op_clunk(struct server *server, struct in *in, struct out *out)
{
    (void)server;
    (void)out;
    struct fid *fid = fid_find(get_u32(in));
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid)
        return -EBADF;
    fid_end(fid);
    return 0;
}

/* One message at a time: the one to flush was answered long ago. */
int op_flush(struct server *server, struct in *in, struct out *out)
{
    (void)server;
    (void)out;
    (void)get_u16(in);
    return get_end(in);
}
