/* SPDX-License-Identifier: Apache-2.0 */
/* Messages about a file or an open directory: read, write, readdir, fsync,
 * locks, attributes. */
#include "runnc/volumes/host.h"
#include "runnc/volumes/serve.h"

#include <sys/file.h>
#include <sys/statfs.h>

struct dirent64 {
    uint64_t ino;
    int64_t off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

static struct fid *open_file(uint32_t number, unsigned kind)
{
    struct fid *fid = fid_find(number);
    return fid && fid->kind == kind ? fid : NULL;
}

/* The answer's room was found by serve_answer_max(). */
int op_read(struct server *server, struct in *in, struct out *out)
{
    struct fid *fid = fid_find(get_u32(in));
    uint64_t offset = get_u64(in);
    uint32_t count = get_u32(in);
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid || (fid->kind != FID_FILE && fid->kind != FID_TTY))
        return -EBADF;
    if (offset > INT64_MAX)
        return -EINVAL;
    if (count > server->msize - P9_IO_HEAD)
        count = server->msize - P9_IO_HEAD;
    uint8_t *data = out->at + sizeof count;
    long got = fid->kind == FID_TTY
                   ? tty_read(server, data, count, offset)
                   : host(pread(fid->fd, data, count, (off_t)offset));
    if (got < 0)
        return (int)got;
    put_u32(out, (uint32_t)got);
    out->at += got;
    return 0;
}

int op_write(struct server *server, struct in *in, struct out *out)
{
    struct fid *fid = fid_find(get_u32(in));
    uint64_t offset = get_u64(in);
    uint32_t count = get_u32(in);
    const uint8_t *data = in->at;
    if (in->is_bad || (size_t)(in->end - in->at) != count)
        return -EPROTO;
    if (!fid || (fid->kind != FID_FILE && fid->kind != FID_TTY))
        return -EBADF;
    if (offset > INT64_MAX)
        return -EINVAL;
    long done = -EBADF;
    if (fid->kind == FID_TTY)
        done = tty_write(server, data, count, offset);
    else if (fid->may_write)
        done = host(pwrite(fid->fd, data, count, (off_t)offset));
    if (done < 0)
        return (int)done;
    put_u32(out, (uint32_t)done);
    return 0;
}

static uint8_t qid_type_of(uint8_t type)
{
    return type == 4 ? P9_QID_DIR : type == 10 ? P9_QID_SYMLINK : P9_QID_FILE;
}

/* What of the host's entries fits, up to `end`. */
static void put_entries(struct out *out, const uint8_t *end, const char *buf,
                        long len, const struct statx *dir)
{
    uint64_t space = qid_path(dir) ^ dir->stx_ino; /* its file system's */
    for (long at = 0; at < len;) {
        const struct dirent64 *ent = (const void *)(buf + at);
        size_t name_len = strlen(ent->name);
        if ((size_t)(end - out->at) < P9_QID_SIZE + 8 + 1 + 2 + name_len)
            return;
        put_u8(out, qid_type_of(ent->type));
        put_u32(out, 0);
        put_u64(out, ent->ino ^ space);
        put_u64(out, (uint64_t)ent->off);
        put_u8(out, ent->type);
        put_u16(out, (uint16_t)name_len);
        /* By words: short ones are many. Both buffers have room for more. */
        for (size_t i = 0; i < name_len; i += 8)
            memcpy(out->at + i, ent->name + i, 8);
        out->at += name_len;
        at += ent->reclen;
    }
}

#define DIR_BATCH 32768u /* bytes of the host's entries */

int op_readdir(struct server *server, struct in *in, struct out *out)
{
    static _Alignas(8) char buf[DIR_BATCH + 8];
    struct fid *fid = open_file(get_u32(in), FID_DIR);
    uint64_t offset = get_u64(in);
    uint32_t count = get_u32(in);
    struct statx st;
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid)
        return -EBADF;
    if (count > server->msize - P9_IO_HEAD)
        count = server->msize - P9_IO_HEAD;
    int rc = stat_fd(fid->fd, &st);
    if (rc < 0)
        return rc;
    if (lseek(fid->fd, (off_t)offset, SEEK_SET) < 0)
        return -errno;
    long len = host(syscall(SYS_getdents64, fid->fd, buf,
                            count < DIR_BATCH ? count : DIR_BATCH));
    if (len < 0)
        return (int)len;
    uint8_t *count_at = out->at;
    put_u32(out, 0);
    put_entries(out, out->at + count, buf, len, &st);
    uint32_t used = (uint32_t)(out->at - count_at) - sizeof count;
    if (len && !used)
        return -EINVAL; /* no room for one entry */
    memcpy(count_at, &used, sizeof used);
    return 0;
}

int op_fsync(struct server *server, struct in *in, struct out *out)
{
    (void)server;
    (void)out;
    struct fid *fid = fid_find(get_u32(in));
    uint32_t is_data_only = get_u32(in);
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid || (fid->kind != FID_FILE && fid->kind != FID_DIR))
        return -EBADF;
    return (int)host(is_data_only ? fdatasync(fid->fd) : fsync(fid->fd));
}

/* Of open file descriptions: all of them lie in this one process. */
static int to_flock(struct flock *lock, uint8_t type, uint64_t start,
                    uint64_t len)
{
    static const short types[] = {F_RDLCK, F_WRLCK, F_UNLCK};
    if (type > P9_LOCK_UNLCK || start > INT64_MAX || len > INT64_MAX)
        return -EINVAL;
    *lock = (struct flock){.l_type = types[type],
                           .l_whence = SEEK_SET,
                           .l_start = (off_t)start,
                           .l_len = (off_t)len};
    return 0;
}

int op_lock(struct server *server, struct in *in, struct out *out)
{
    static const int whole[] = {LOCK_SH, LOCK_EX, LOCK_UN};
    char client[256];
    struct flock lock;
    int ignored = 0;
    (void)server;
    struct fid *fid = open_file(get_u32(in), FID_FILE);
    uint8_t type = get_u8(in);
    uint32_t flags = get_u32(in);
    uint64_t start = get_u64(in), len = get_u64(in);
    (void)get_u32(in); /* process */
    get_text(in, client, sizeof client, &ignored);
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid)
        return -EBADF;
    int rc = to_flock(&lock, type, start, len);
    if (rc == 0)
        rc = (int)host(flags & P9_LOCK_FLOCK
                           ? flock(fid->fd, whole[type] | LOCK_NB)
                           : fcntl(fid->fd, F_OFD_SETLK, &lock));
    if (rc < 0 && rc != -EAGAIN && rc != -EACCES)
        return rc;
    put_u8(out, rc < 0 ? P9_LOCK_BLOCKED : P9_LOCK_SUCCESS);
    return 0;
}

int op_getlock(struct server *server, struct in *in, struct out *out)
{
    char client[256];
    struct flock lock;
    int ignored = 0;
    (void)server;
    struct fid *fid = open_file(get_u32(in), FID_FILE);
    uint8_t type = get_u8(in);
    uint64_t start = get_u64(in), len = get_u64(in);
    uint32_t process = get_u32(in);
    get_text(in, client, sizeof client, &ignored);
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid)
        return -EBADF;
    int rc = to_flock(&lock, type, start, len);
    if (rc == 0)
        rc = (int)host(fcntl(fid->fd, F_OFD_GETLK, &lock));
    if (rc < 0)
        return rc;
    bool is_free = lock.l_type == F_UNLCK;
    put_u8(out, is_free                  ? P9_LOCK_UNLCK
                : lock.l_type == F_RDLCK ? P9_LOCK_RDLCK
                                         : P9_LOCK_WRLCK);
    put_u64(out, is_free ? start : (uint64_t)lock.l_start);
    put_u64(out, is_free ? len : (uint64_t)lock.l_len);
    put_u32(out, process);
    put_u16(out, 0);
    return 0;
}

int op_statfs(struct server *server, struct in *in, struct out *out)
{
    struct statfs st;
    struct fid *fid = fid_find(get_u32(in));
    (void)server;
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid || fid->fd < 0)
        return -EBADF;
    if (fstatfs(fid->fd, &st) < 0)
        return -errno;
    put_u32(out, (uint32_t)st.f_type);
    put_u32(out, (uint32_t)st.f_bsize);
    put_u64(out, st.f_blocks);
    put_u64(out, st.f_bfree);
    put_u64(out, st.f_bavail);
    put_u64(out, st.f_files);
    put_u64(out, st.f_ffree);
    put_bytes(out, &st.f_fsid, 8);
    put_u32(out, (uint32_t)st.f_namelen);
    return 0;
}

static void put_time(struct out *out, const struct statx_timestamp *ts)
{
    put_u64(out, (uint64_t)ts->tv_sec);
    put_u64(out, ts->tv_nsec);
}

int op_getattr(struct server *server, struct in *in, struct out *out)
{
    struct statx st = {.stx_mode = S_IFREG | 0600};
    struct fid *fid = fid_find(get_u32(in));
    (void)get_u64(in); /* all is given in any case */
    if (get_end(in) < 0)
        return -EPROTO;
    int rc = !fid                   ? -EBADF
             : fid->kind == FID_TTY ? 0
                                    : stat_fid(server, fid, &st);
    if (rc < 0)
        return rc;
    bool has_btime = st.stx_mask & STATX_BTIME;
    put_u64(out, P9_GETATTR_BASIC | (has_btime ? P9_GETATTR_BTIME : 0));
    put_qid(out, &st);
    put_u32(out, st.stx_mode);
    put_u32(out, st.stx_uid);
    put_u32(out, st.stx_gid);
    put_u64(out, st.stx_nlink);
    put_u64(out, (uint64_t)st.stx_rdev_major << 8 | st.stx_rdev_minor);
    put_u64(out, st.stx_size);
    put_u64(out, st.stx_blksize);
    put_u64(out, st.stx_blocks);
    put_time(out, &st.stx_atime);
    put_time(out, &st.stx_mtime);
    put_time(out, &st.stx_ctime);
    if (!has_btime)
        st.stx_btime = (struct statx_timestamp){0};
    put_time(out, &st.stx_btime);
    put_u64(out, 0); /* gen */
    put_u64(out, 0); /* data_version */
    return 0;
}

struct set {
    uint32_t mask, mode, uid, gid;
    uint64_t size;
    struct timespec times[2];
};

static struct timespec get_time(struct in *in)
{
    uint64_t sec = get_u64(in), nsec = get_u64(in);
    return (struct timespec){(time_t)sec, nsec < 1000000000 ? (long)nsec : 0};
}

static int set_size(const struct server *server, const struct fid *fid,
                    uint64_t size)
{
    if (size > INT64_MAX)
        return -EINVAL;
    if (fid->kind == FID_FILE && fid->may_write)
        return (int)host(ftruncate(fid->fd, (off_t)size));
    int fd = open_fid(server, fid, O_WRONLY);
    if (fd < 0)
        return fd;
    int rc = (int)host(ftruncate(fd, (off_t)size));
    (void)close(fd);
    return rc;
}

static int set_mode(const struct server *server, const struct fid *fid,
                    uint32_t mode)
{
    char name[16];
    if (S_ISLNK(fid->type))
        return -EOPNOTSUPP;
    (void)snprintf(name, sizeof name, "%d", fid->fd);
    return (int)host(
        syscall(SYS_fchmodat, server->proc_fds, name, mode & 07777));
}

static int set_times(const struct fid *fid, struct set *set)
{
    static const uint32_t now[2] = {P9_SETATTR_ATIME, P9_SETATTR_MTIME};
    static const uint32_t given[2] = {P9_SETATTR_ATIME_SET,
                                      P9_SETATTR_MTIME_SET};
    for (int i = 0; i < 2; i++) {
        if (!(set->mask & now[i]))
            set->times[i].tv_nsec = UTIME_OMIT;
        else if (!(set->mask & given[i]))
            set->times[i].tv_nsec = UTIME_NOW;
    }
    return (int)host(utimensat(fid->fd, "", set->times, AT_EMPTY_PATH));
}

int op_setattr(struct server *server, struct in *in, struct out *out)
{
    struct set set;
    (void)out;
    struct fid *fid = fid_find(get_u32(in));
    set.mask = get_u32(in);
    set.mode = get_u32(in);
    set.uid = get_u32(in);
    set.gid = get_u32(in);
    set.size = get_u64(in);
    set.times[0] = get_time(in);
    set.times[1] = get_time(in);
    if (get_end(in) < 0)
        return -EPROTO;
    if (!fid || fid->fd < 0)
        return -EBADF;
    if (set.mask & ~(uint32_t)P9_SETATTR_ALL)
        return -EINVAL;
    if (server->export[fid->export].is_readonly)
        return -EROFS;
    int rc = 0;
    if (set.mask & P9_SETATTR_SIZE)
        rc = set_size(server, fid, set.size);
    if (rc == 0 && (set.mask & (P9_SETATTR_UID | P9_SETATTR_GID)))
        rc = (int)host(fchownat(
            fid->fd, "", set.mask & P9_SETATTR_UID ? set.uid : (uid_t)-1,
            set.mask & P9_SETATTR_GID ? set.gid : (gid_t)-1, AT_EMPTY_PATH));
    if (rc == 0 && (set.mask & P9_SETATTR_MODE))
        rc = set_mode(server, fid, set.mode);
    if (rc == 0 && (set.mask & (P9_SETATTR_ATIME | P9_SETATTR_MTIME)))
        rc = set_times(fid, &set);
    return rc;
}
