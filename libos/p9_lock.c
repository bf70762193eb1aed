/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks that the host and other guests see. All of an inode's are held by
 * one fid of its own, so that they never stand in each other's way: what the
 * guest's threads and files may have of each other is lock.c's business.
 */
#include "p9.h"

static int open_lock_fid(struct p9_inode *node)
{
    static const uint32_t modes[] = {LINUX_O_RDWR, LINUX_O_RDONLY,
                                     LINUX_O_WRONLY};
    int rc = 0;
    for (unsigned i = 0; i < 3 && node->lock_fid == P9_NOFID; i++) {
        uint32_t fid;
        rc = p9_open_fid(&node->inode, modes[i], &fid);
        if (rc == 0 && node->lock_fid == P9_NOFID)
            node->lock_fid = fid;
        else if (rc == 0) /* another thread was faster */
            p9_clunk(p9_conn_of(&node->inode), fid, true);
        else if (rc != -LINUX_EACCES && rc != -LINUX_EROFS)
            break;
    }
    return node->lock_fid == P9_NOFID ? rc : 0;
}

static uint8_t to_wire(int type)
{
    return type == LINUX_F_RDLCK   ? P9_LOCK_RDLCK
           : type == LINUX_F_WRLCK ? P9_LOCK_WRLCK
                                   : P9_LOCK_UNLCK;
}

static void put_range(struct p9_conn *conn, uint64_t start, uint64_t len)
{
    p9_put_u64(conn, start);
    p9_put_u64(conn, len);
    p9_put_u32(conn, 1); /* process */
    p9_put_string(conn, "guest", 5);
}

int p9_lock(struct inode *inode, int type, int64_t start, int64_t end,
            bool is_flock)
{
    struct p9_inode *node = p9_of(inode);
    struct p9_conn *conn = p9_conn_of(inode);
    uint8_t status;
    struct p9_req req = {.fixed = &status, .fixed_len = sizeof status};
    if (type == LINUX_F_UNLCK && node->lock_fid == P9_NOFID)
        return 0;
    int rc = open_lock_fid(node);
    if (rc == 0)
        rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TLOCK);
    p9_put_u32(conn, node->lock_fid);
    p9_put_u8(conn, to_wire(type));
    p9_put_u32(conn, is_flock ? P9_LOCK_FLOCK : 0);
    put_range(conn, (uint64_t)start,
              end == INT64_MAX ? 0 : (uint64_t)(end - start) + 1);
    rc = p9_call(conn, &req);
    if (rc < 0)
        return rc;
    if (status == P9_LOCK_SUCCESS)
        return 0;
    return status == P9_LOCK_BLOCKED ? -LINUX_EAGAIN : -LINUX_ENOLCK;
}

int p9_getlock(struct inode *inode, struct linux_flock *flock)
{
    struct p9_inode *node = p9_of(inode);
    struct p9_conn *conn = p9_conn_of(inode);
    struct {
        uint8_t type;
        uint64_t start, len;
        uint32_t process;
        uint16_t client_len;
    } __attribute__((packed)) answer;
    char client[256];
    struct p9_req req = {.fixed = &answer,
                         .fixed_len = sizeof answer,
                         .tail = client,
                         .tail_max = sizeof client};
    int rc = open_lock_fid(node);
    if (rc == 0)
        rc = p9_begin(conn);
    if (rc < 0)
        return rc;
    p9_start(conn, &req, P9_TGETLOCK);
    p9_put_u32(conn, node->lock_fid);
    p9_put_u8(conn, to_wire(flock->type));
    put_range(conn, (uint64_t)flock->start, (uint64_t)flock->len);
    rc = p9_call(conn, &req);
    if (rc < 0)
        return rc;
    flock->type = LINUX_F_UNLCK;
    if (answer.type == P9_LOCK_UNLCK)
        return 0;
    flock->type = answer.type == P9_LOCK_RDLCK ? LINUX_F_RDLCK : LINUX_F_WRLCK;
    flock->start = (int64_t)(answer.start & INT64_MAX);
    flock->len = (int64_t)(answer.len & INT64_MAX);
    flock->pid = -1;
    return 0;
}
