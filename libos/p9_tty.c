/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal's mode and size, which no call of ours can reach, asked of
 * the file server where boot info names one: tty=STREAM. */
#include "libos.h"
#include "p9.h"

static struct p9_conn *tty_conn(void)
{
    const char *name = libos_conf("tty");
    uint8_t qid[P9_QID_SIZE];
    struct p9_req req = {.fixed = qid, .fixed_len = sizeof qid};
    int rc;
    struct p9_conn *conn = name ? p9_connect(name, strlen(name), &rc) : NULL;
    if (!conn || conn->tty_fid != P9_NOFID)
        return conn;
    uint32_t fid = p9_fid_new(conn);
    if (p9_begin(conn) < 0)
        return NULL;
    p9_start(conn, &req, P9_TATTACH);
    p9_put_u32(conn, fid);
    p9_put_u32(conn, P9_NOFID);
    p9_put_string(conn, "guest", 5);
    p9_put_string(conn, P9_TTY_ANAME, sizeof P9_TTY_ANAME - 1);
    p9_put_u32(conn, 0);
    if (p9_call(conn, &req) < 0)
        return NULL;
    conn->tty_fid = fid;
    return conn;
}

int tty_get(struct p9_tty *tty)
{
    uint32_t count;
    struct p9_req req = {.fixed = &count,
                         .fixed_len = sizeof count,
                         .tail = tty,
                         .tail_max = sizeof *tty};
    struct p9_conn *conn = tty_conn();
    if (!conn)
        return -LINUX_ENOTTY;
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TREAD);
    p9_put_u32(conn, conn->tty_fid);
    p9_put_u64(conn, 0);
    p9_put_u32(conn, sizeof *tty);
    rc = p9_call(conn, &req);
    return rc < 0 || req.tail_len == sizeof *tty ? rc : -LINUX_EIO;
}

int tty_set(const struct p9_tty *tty, unsigned when)
{
    uint32_t count;
    struct p9_req req = {.fixed = &count, .fixed_len = sizeof count};
    struct p9_conn *conn = tty_conn();
    if (!conn)
        return -LINUX_ENOTTY;
    int rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TWRITE);
    p9_put_u32(conn, conn->tty_fid);
    p9_put_u64(conn, when);
    p9_put_u32(conn, P9_TTY_TERMIOS_SIZE);
    p9_end(conn, P9_TTY_TERMIOS_SIZE);
    p9_send(conn, tty, P9_TTY_TERMIOS_SIZE);
    return p9_wait(conn, &req);
}
