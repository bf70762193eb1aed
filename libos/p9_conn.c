/* SPDX-License-Identifier: Apache-2.0 */
/* 9P messages over a stream: p9.h. All numbers are little endian. */
#include "p9.h"
#include "arena.h"
#include "event.h"
#include "hc.h"
#include "sys.h"
#include "thread.h"

static struct p9_conn *conns;
bool p9_is_polling;

/* A clunk's answer is nobody's. */
static struct p9_req nobody = {.type = P9_TCLUNK};

static void finish(struct p9_conn *conn, uint16_t tag, int rc)
{
    struct p9_req *req = conn->req[tag];
    conn->req[tag] = NULL;
    conn->outstanding--;
    wake_one(&conn->tag_free);
    if (req == &nobody)
        return;
    req->rc = rc;
    req->is_done = true;
    wake_all(&req->done);
}

static void broken(struct p9_conn *conn, const char *why)
{
    if (conn->is_broken)
        return;
    print_err("septum: stream %s: %s; its files are lost\n", conn->name, why);
    conn->is_broken = true;
    conn->answer = NULL;
    event_set_callback(conn->handle, NULL, NULL);
    for (uint16_t tag = 0; tag < P9_TAG_MAX; tag++)
        if (conn->req[tag])
            finish(conn, tag, -LINUX_EIO);
    wake_all(&conn->tx_free);
    wake_all(&conn->tag_free);
    wake_all(event_queue(conn->handle, true));
}

static uint32_t u32_at(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* The head is complete: whose answer is it, and does it fit? */
static bool take_head(struct p9_conn *conn)
{
    uint32_t size = u32_at(conn->head);
    uint8_t type = conn->head[4];
    uint16_t tag = (uint16_t)(conn->head[5] | conn->head[6] << 8);
    struct p9_req *req = tag < P9_TAG_MAX ? conn->req[tag] : NULL;
    if (!req || size < P9_HEAD || size > conn->msize)
        return false;
    uint32_t body = size - P9_HEAD;
    conn->answer = req;
    conn->answer_tag = tag;
    if (type == P9_RLERROR) {
        conn->fixed = (uint8_t *)&conn->ecode;
        conn->fixed_left = sizeof conn->ecode;
        conn->tail_left = 0;
        return body == sizeof conn->ecode;
    }
    if (type != req->type + 1 || body < req->fixed_len ||
        body - req->fixed_len > req->tail_max)
        return false;
    conn->fixed = req->fixed;
    conn->fixed_left = req->fixed_len;
    conn->tail_left = req->tail_len = body - req->fixed_len;
    conn->ecode = 0;
    return true;
}

static void end_answer(struct p9_conn *conn)
{
    uint32_t code = conn->ecode;
    bool is_error = conn->head[4] == P9_RLERROR;
    conn->answer = NULL;
    conn->head_len = 0;
    if (is_error && (!code || code > 4095))
        code = LINUX_EIO;
    finish(conn, conn->answer_tag, is_error ? -(int)code : 0);
}

static uint32_t move(struct p9_conn *conn, uint8_t *to, uint32_t want)
{
    uint32_t have = conn->rx_len - conn->rx_at;
    if (want > have)
        want = have;
    if (want)
        memcpy(to, conn->rx + conn->rx_at, want);
    conn->rx_at += want;
    return want;
}

static uint8_t *tail_at(const struct p9_conn *conn)
{
    const struct p9_req *req = conn->answer;
    return (uint8_t *)req->tail + (req->tail_len - conn->tail_left);
}

/* What lies in rx goes where it belongs. False: broken. */
static bool take(struct p9_conn *conn)
{
    for (;;) {
        if (!conn->answer) {
            conn->head_len += move(conn, conn->head + conn->head_len,
                                   P9_HEAD - conn->head_len);
            if (conn->head_len < P9_HEAD)
                return true;
            if (!take_head(conn))
                return false;
        }
        uint32_t part = move(conn, conn->fixed, conn->fixed_left);
        if (part)
            conn->fixed += part;
        conn->fixed_left -= part;
        if (conn->fixed_left)
            return true;
        if (conn->tail_left)
            conn->tail_left -= move(conn, tail_at(conn), conn->tail_left);
        if (conn->tail_left)
            return true;
        end_answer(conn);
    }
}

/* Something moved. */
static void spin_end(struct p9_conn *conn)
{
    conn->spin_shift -= conn->spin_end && conn->spin_shift;
    conn->spin_end = 0;
}

/* Large data goes straight to who asked for it. */
#define DIRECT_MIN 1024u

static void receive(void *arg)
{
    struct p9_conn *conn = arg;
    while (!conn->is_broken) {
        bool is_direct =
            conn->answer && !conn->fixed_left && conn->tail_left >= DIRECT_MIN;
        size_t want = is_direct ? conn->tail_left : P9_RX_SIZE;
        long got =
            hc_read(conn->handle, is_direct ? tail_at(conn) : conn->rx, want);
        if (got == -LINUX_EAGAIN || got == -LINUX_EINTR)
            return;
        if (got <= 0) {
            broken(conn, got ? "cannot be read" : "the server has gone");
            return;
        }
        spin_end(conn);
        if (is_direct) {
            conn->tail_left -= (uint32_t)got;
            if (!conn->tail_left)
                end_answer(conn);
        } else {
            conn->rx_at = 0;
            conn->rx_len = (uint32_t)got;
            if (!take(conn)) {
                broken(conn, "an answer makes no sense");
                return;
            }
        }
        if ((size_t)got < want)
            break; /* that was all */
    }
    if (!conn->outstanding)
        event_set_callback(conn->handle, NULL, NULL);
}

/* A wait that others use: woken by `queue`, or by answers while polling. */
static void await(struct p9_conn *conn, struct waitq *queue, bool is_write)
{
    if (!p9_is_polling) {
        wait_deep(queue);
        return;
    }
    struct uni_pollfd fd = {.handle = (int32_t)conn->handle,
                            .events = is_write ? UNI_POLLIN | UNI_POLLOUT
                                               : UNI_POLLIN};
    if (hc_poll(&fd, 1, NULL) > 0 && fd.revents & ~UNI_POLLOUT)
        receive(conn);
}

/*
 * Answers mostly come sooner than the host could wake us, which costs both
 * sides more than looking does, and much sooner than a thread that computes
 * gives the CPU back. Threads that were woken go first: what they ask for is
 * under way then. Where looking was in vain it is not tried again
 * for 100 us, then for twice that, up to 13 ms. False: it is time to sleep.
 */
#define SPIN_TICKS (1ull << 17) /* of the TSC: some 50 us */
#define SPIN_SHIFT_MAX 8u

static bool spin(struct p9_conn *conn)
{
    uint64_t now = tsc_read();
    if (cpu.woken_count || conn->is_broken ||
        (!conn->spin_end && now < conn->spin_from))
        return false;
    if (!conn->spin_end)
        conn->spin_end = now + SPIN_TICKS;
    if (now < conn->spin_end) {
        receive(conn);
        return true;
    }
    conn->spin_end = 0;
    conn->spin_shift += conn->spin_shift < SPIN_SHIFT_MAX;
    conn->spin_from = now + (SPIN_TICKS << conn->spin_shift);
    return false;
}

int p9_begin(struct p9_conn *conn)
{
    while (conn->is_sending && !conn->is_broken)
        await(conn, &conn->tx_free, false);
    if (conn->is_broken)
        return -LINUX_EIO;
    conn->is_sending = true;
    conn->tx_len = 0;
    while (conn->clunk_count) {
        p9_start(conn, &nobody, P9_TCLUNK);
        p9_put_u32(conn, conn->clunk[--conn->clunk_count]);
        p9_end(conn, 0);
    }
    return 0;
}

static void put(struct p9_conn *conn, const void *bytes, size_t len)
{
    ASSERT(len <= P9_TX_SIZE - conn->tx_len);
    memcpy(conn->tx + conn->tx_len, bytes, len);
    conn->tx_len += (uint32_t)len;
}

void p9_start(struct p9_conn *conn, struct p9_req *req, uint8_t type)
{
    uint16_t tag = 0;
    for (;;) {
        while (tag < P9_TAG_MAX && conn->req[tag])
            tag++;
        if (tag < P9_TAG_MAX || conn->is_broken)
            break;
        /* Those that are taken were sent, unless they are ours. */
        await(conn, &conn->tag_free, false);
        tag = 0;
    }
    conn->tx_start = conn->tx_len;
    p9_put_u32(conn, 0);
    p9_put_u8(conn, type);
    put(conn, &tag, sizeof tag);
    if (req != &nobody) {
        req->type = type;
        req->is_done = false;
        req->rc = 0;
    }
    if (tag == P9_TAG_MAX) { /* broken meanwhile */
        req->rc = -LINUX_EIO;
        req->is_done = true;
        return;
    }
    conn->req[tag] = req;
    conn->outstanding++;
}

void p9_put_u8(struct p9_conn *conn, uint8_t value)
{
    put(conn, &value, sizeof value);
}
void p9_put_u32(struct p9_conn *conn, uint32_t value)
{
    put(conn, &value, sizeof value);
}
void p9_put_u64(struct p9_conn *conn, uint64_t value)
{
    put(conn, &value, sizeof value);
}
void p9_put_string(struct p9_conn *conn, const char *text, size_t len)
{
    uint16_t count = (uint16_t)len;
    put(conn, &count, sizeof count);
    put(conn, text, len);
}

void p9_end(struct p9_conn *conn, size_t data_len)
{
    uint32_t size = conn->tx_len - conn->tx_start + (uint32_t)data_len;
    memcpy(conn->tx + conn->tx_start, &size, sizeof size);
}

static void write_all(struct p9_conn *conn, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len && !conn->is_broken) {
        long done = hc_write(conn->handle, at, len);
        if (done == -LINUX_EAGAIN) {
            if (!spin(conn))
                await(conn, event_queue(conn->handle, true), true);
            continue;
        }
        if (done == -LINUX_EINTR)
            continue;
        if (done <= 0) {
            broken(conn, "cannot be written");
            return;
        }
        spin_end(conn);
        at += done;
        len -= (size_t)done;
    }
}

/* The data's first bytes leave with the head: for small ones that is all. */
void p9_send(struct p9_conn *conn, const void *data, size_t len)
{
    size_t room = P9_TX_SIZE - conn->tx_len;
    size_t part = len < room ? len : room & ~4095ul;
    if (part)
        put(conn, data, part);
    event_set_callback(conn->handle, receive, conn);
    write_all(conn, conn->tx, conn->tx_len);
    if (len > part)
        write_all(conn, (const char *)data + part, len - part);
    conn->is_sending = false;
    wake_one(&conn->tx_free);
}

int p9_wait(struct p9_conn *conn, struct p9_req *req)
{
    while (!req->is_done)
        if (!spin(conn))
            await(conn, &req->done, false);
    thread_spun();
    return req->rc;
}

int p9_call(struct p9_conn *conn, struct p9_req *req)
{
    p9_end(conn, 0);
    p9_send(conn, NULL, 0);
    return p9_wait(conn, req);
}

/* The server takes one message after the other, so a number may be used
 * again as soon as the clunk is in the row. */
uint32_t p9_fid_new(struct p9_conn *conn)
{
    if (conn->fid_free_count)
        return conn->fid_free[--conn->fid_free_count];
    return conn->fid_end++;
}

void p9_fid_free(struct p9_conn *conn, uint32_t fid)
{
    if (conn->fid_free_count < sizeof conn->fid_free / sizeof *conn->fid_free)
        conn->fid_free[conn->fid_free_count++] = fid;
}

#define CLUNK_KEEP 16u

void p9_clunk(struct p9_conn *conn, uint32_t fid, bool is_now)
{
    while (conn->clunk_count == sizeof conn->clunk / sizeof *conn->clunk &&
           p9_begin(conn) == 0)
        p9_send(conn, NULL, 0); /* begin tells the server of all */
    if (fid == P9_NOFID || conn->is_broken)
        return;
    conn->clunk[conn->clunk_count++] = fid;
    if ((is_now || conn->clunk_count > CLUNK_KEEP) && p9_begin(conn) == 0)
        p9_send(conn, NULL, 0);
    p9_fid_free(conn, fid);
}

/* Rversion: msize, then the version as a string. */
static int agree(struct p9_conn *conn)
{
    struct {
        uint32_t msize;
        uint16_t len;
    } __attribute__((packed)) answer;
    char version[32];
    struct p9_req req = {.fixed = &answer,
                         .fixed_len = sizeof answer,
                         .tail = version,
                         .tail_max = sizeof version};
    static const char wanted[] = P9_VERSION;
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TVERSION);
    p9_put_u32(conn, P9_MSIZE_MAX);
    p9_put_string(conn, wanted, sizeof wanted - 1);
    rc = p9_call(conn, &req);
    if (rc < 0)
        return rc;
    if (answer.len != req.tail_len || answer.len != sizeof wanted - 1 ||
        memcmp(version, wanted, answer.len) || answer.msize < P9_MSIZE_MIN ||
        answer.msize > P9_MSIZE_MAX)
        return -LINUX_EPROTO;
    conn->msize = answer.msize;
    return 0;
}

static const struct uni_device *find_stream(const char *name, size_t len)
{
    const struct uni_boot *boot = sys_boot();
    const struct uni_device *device =
        (const void *)((const char *)boot + boot->device_off);
    for (uint32_t i = 0; i < boot->device_count; i++)
        if (device[i].cls == UNI_CLASS_STREAM && len < UNI_NAME_MAX &&
            !strncmp(device[i].name, name, len) && !device[i].name[len])
            return &device[i];
    return NULL;
}

struct p9_conn *p9_connect(const char *name, size_t len, int *rc)
{
    const struct uni_device *device = find_stream(name, len);
    *rc = -LINUX_ENXIO;
    if (!device)
        return NULL;
    for (struct p9_conn *conn = conns; conn; conn = conn->next)
        if (conn->handle == device->handle) {
            *rc = conn->is_broken ? -LINUX_EIO : 0;
            return conn->is_broken ? NULL : conn;
        }
    struct p9_conn *conn = kalloc(sizeof *conn);
    *rc = -LINUX_ENOMEM;
    if (!conn)
        return NULL;
    conn->handle = device->handle;
    conn->name = device->name;
    conn->msize = P9_MSIZE_MIN;
    conn->tty_fid = P9_NOFID;
    conn->next = conns;
    conns = conn;
    *rc = agree(conn);
    if (*rc < 0)
        broken(conn, "no 9P2000.L server");
    return *rc < 0 ? NULL : conn;
}
