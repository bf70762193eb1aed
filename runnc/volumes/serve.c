/* SPDX-License-Identifier: Apache-2.0 */
/* The loop: messages in, answers out, as many at once as there are. */
#include "runnc/volumes/serve.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <x86intrin.h>

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
    if (type != P9_TWALK)
        server->walked = NULL;
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

/* The first message's data is aligned: the kernel copies it faster so. */
static _Alignas(4096) uint8_t inbox_mem[P9_MSIZE_MAX + 65536];
static _Alignas(4096) uint8_t outbox_mem[P9_MSIZE_MAX + 65536];
static uint8_t *const inbox = inbox_mem + 64 - P9_WRITE_HEAD;
static uint8_t *const outbox = outbox_mem + 64 - P9_IO_HEAD;
#define BOX_SIZE (sizeof inbox_mem - 64)

#define KEEP_SIZE 65536u
static size_t peak; /* bytes of a buffer used since they were given back */

/* Until something can be moved. What large messages left in the buffers goes
 * back after a quiet second. */
static void wait_for(const struct server *server, short events, bool is_idle)
{
    struct pollfd fd = {.fd = server->stream, .events = events};
    bool may_shrink = is_idle && peak > KEEP_SIZE;
    if (poll(&fd, 1, may_shrink ? 1000 : -1) != 0)
        return;
    peak = 0;
    (void)madvise(inbox_mem, sizeof inbox_mem, MADV_DONTNEED);
    (void)madvise(outbox_mem, sizeof outbox_mem, MADV_DONTNEED);
}

/* read() or write(), or -errno. */
static ssize_t try_move(const struct server *server, short events, void *buf,
                        size_t len)
{
    ssize_t n;
    do
        n = events == POLLIN ? read(server->stream, buf, len)
                             : write(server->stream, buf, len);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : n;
}

/*
 * A guest that is busy with files asks for more before it could wake us, and
 * waking costs both sides more than looking for a while does. Where that was
 * in vain (the guest does other things, there is one CPU only) it is not tried
 * again for 100 us, then for twice that, up to 13 ms.
 */
#define SPIN_TICKS (1ull << 17) /* of the TSC: some 50 us */
#define SPIN_SHIFT_MAX 8u

static bool spin(const struct server *server, short events, void *buf,
                 size_t len, ssize_t *n)
{
    static uint64_t from;
    static unsigned shift;
    uint64_t start = __rdtsc(), now = start;
    if (start < from)
        return false;
    for (; now - start < SPIN_TICKS; now = __rdtsc()) {
        *n = try_move(server, events, buf, len);
        if (*n != -EAGAIN) {
            shift -= shift > 0;
            return true;
        }
    }
    shift += shift < SPIN_SHIFT_MAX;
    from = now + (SPIN_TICKS << shift);
    return false;
}

static ssize_t move(const struct server *server, short events, void *buf,
                    size_t len, bool is_idle)
{
    ssize_t n = try_move(server, events, buf, len);
    while (n == -EAGAIN && !spin(server, events, buf, len, &n)) {
        wait_for(server, events, is_idle);
        n = try_move(server, events, buf, len);
    }
    return n;
}

static int send_all(const struct server *server, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = move(server, POLLOUT, outbox + done, len - done, false);
        if (n < 0)
            return (int)n;
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
    server->walked = NULL;
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
        if (used && room > BOX_SIZE - used) {
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

int serve(struct server *server)
{
    size_t len = 0;
    for (;;) {
        ssize_t n = move(server, POLLIN, inbox + len, BOX_SIZE - len, !len);
        if (n == 0 || n == -ECONNRESET)
            return 0;
        if (n < 0)
            return (int)n;
        len += (size_t)n;
        if (len > peak)
            peak = len;
        long used = handle(server, len);
        if (used == -EPIPE || used == -ECONNRESET)
            return 0;
        if (used < 0)
            return (int)used;
        len -= (size_t)used;
        if (used)
            memmove(inbox, inbox + used, len);
    }
}
