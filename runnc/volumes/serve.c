/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: messages in, answers out, as many at once as there are. */
#include "runnc/volumes/serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static op_fn *const ops[256] = {
    [P9_TSTATFS] = op_statfs,     [P9_TLOPEN] = op_lopen,
    [P9_TLCREATE] = op_lcreate,   [P9_TSYMLINK] = op_symlink,
    [P9_TMKNOD] = op_mknod,       [P9_TREADLINK] = op_readlink,
    [P9_TGETATTR] = op_getattr,   [P9_TSETATTR] = op_setattr,
    [P9_TREADDIR] = op_readdir,   [P9_TFSYNC] = op_fsync,
    [P9_TLOCK] = op_lock,         [P9_TGETLOCK] = op_getlock,
    [P9_TLINK] = op_link,         [P9_TMKDIR] = op_mkdir,
    [P9_TRENAMEAT] = op_renameat, [P9_TUNLINKAT] = op_unlinkat,
    [P9_TVERSION] = op_version,   [P9_TATTACH] = op_attach,
    [P9_TFLUSH] = op_flush,       [P9_TWALK] = op_walk,
    [P9_TREAD] = op_read,         [P9_TWRITE] = op_write,
    [P9_TCLUNK] = op_clunk,
};

size_t serve_message(struct server *server, const uint8_t *msg, size_t len,
                     uint8_t *answer)
{
    struct in in = {.at = msg, .end = msg + len};
    uint8_t type = get_u8(&in);
    uint16_t tag = get_u16(&in);
    struct out out = {answer + P9_HEAD};
    int rc = -EOPNOTSUPP;
    if (type != P9_TVERSION && !server->msize)
        rc = -EPROTO;
    else if (ops[type])
        rc = ops[type](server, &in, &out);
    if (rc < 0) {
        out.at = answer + P9_HEAD;
        put_u32(&out, (uint32_t)-rc);
    }
    size_t size = (size_t)(out.at - answer);
    struct out head = {answer};
    put_u32(&head, (uint32_t)size);
    put_u8(&head, rc < 0 ? P9_RLERROR : (uint8_t)(type + 1));
    put_u16(&head, tag);
    return size;
}

#define ANSWER_SMALL 8192u

size_t serve_answer_max(const struct server *server, const uint8_t *msg,
                        size_t len)
{
    struct in in = {.at = msg, .end = msg + len};
    uint8_t type = get_u8(&in);
    if (type != P9_TREAD && type != P9_TREADDIR)
        return ANSWER_SMALL;
    (void)get_u16(&in);
    (void)get_u32(&in); /* fid */
    (void)get_u64(&in); /* offset */
    uint32_t count = get_u32(&in);
    size_t most = server->msize < P9_MSIZE_MIN ? P9_MSIZE_MIN : server->msize;
    return count < most - P9_IO_HEAD ? P9_IO_HEAD + count + ANSWER_SMALL
                                     : most + ANSWER_SMALL;
}

static _Alignas(4096) uint8_t inbox[P9_MSIZE_MAX + 65536];
static _Alignas(4096) uint8_t outbox[P9_MSIZE_MAX + 65536];

#define KEEP_SIZE 65536u
static size_t peak; /* bytes of a buffer used since they were given back */

static int send_all(const struct server *server, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(server->stream, outbox + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        done += (size_t)n;
    }
    return 0;
}

/* Whole messages at the start of the inbox: bytes that they took, or
 * -errno. Their answers leave together, or when there is no room for one
 * more. */
static long handle(struct server *server, size_t len)
{
    size_t at = 0, used = 0;
    while (len - at >= P9_HEAD) {
        uint32_t size;
        memcpy(&size, inbox + at, sizeof size);
        if (size < P9_HEAD ||
            size > (server->msize ? server->msize : P9_MSIZE_MIN))
            return -EPROTO;
        if (size > len - at)
            break;
        const uint8_t *msg = inbox + at + sizeof size;
        size_t room = serve_answer_max(server, msg, size - sizeof size);
        if (room > peak)
            peak = room;
        if (used && room > sizeof outbox - used) {
            int rc = send_all(server, used);
            if (rc < 0)
                return rc;
            used = 0;
        }
        used += serve_message(server, msg, size - sizeof size, outbox + used);
        at += size;
    }
    int rc = used ? send_all(server, used) : 0;
    return rc < 0 ? rc : (long)at;
}

/* What large messages left in the buffers goes back after a quiet second. */
static void shrink(const struct server *server)
{
    struct pollfd fd = {.fd = server->stream, .events = POLLIN};
    if (peak <= KEEP_SIZE || poll(&fd, 1, 1000) != 0)
        return;
    peak = 0;
    (void)madvise(inbox, sizeof inbox, MADV_DONTNEED);
    (void)madvise(outbox, sizeof outbox, MADV_DONTNEED);
}

int serve(struct server *server)
{
    size_t len = 0;
    for (;;) {
        if (!len)
            shrink(server);
        ssize_t n = read(server->stream, inbox + len, sizeof inbox - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return 0;
        if (n < 0)
            return -errno;
        len += (size_t)n;
        if (len > peak)
            peak = len;
        long used = handle(server, len);
        if (used == -EPIPE || used == -ECONNRESET)
            return 0;
        if (used < 0)
            return (int)used;
        len -= (size_t)used;
        memmove(inbox, inbox + used, len);
    }
}
