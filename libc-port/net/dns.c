/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stub resolver: RFC 1035, RFC 7766 (TCP when an answer is cut). Answers
 * are hostile: identifier, source, question and every length are checked; the
 * identifier and the port are random (RFC 5452).
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "libc.h"
#include "net.h"

#define TYPE_A 1
#define TYPE_CNAME 5
#define TYPE_PTR 12
#define TYPE_AAAA 28
#define CLASS_IN 1
#define FLAG_TC 0x02 /* in the header's third byte */
#define HEADER_LEN 12
#define UDP_LEN 1232 /* without EDNS a server sends 512 at most */
#define MESSAGE_MAX 16384
#define CHAIN_MAX 16 /* CNAMEs that are followed */

struct message {
    uint8_t data[MESSAGE_MAX];
    size_t len;
};

static unsigned get16(const uint8_t *p)
{
    return (unsigned)(p[0] << 8 | p[1]);
}

/* A question with one name: the message's length, or 0. */
static size_t make_query(uint8_t *out, size_t size, const char *name, int type,
                         unsigned id)
{
    size_t pos = HEADER_LEN;

    if (strlen(name) >= NAME_MAX_LEN || size < NAME_MAX_LEN + 32)
        return 0;
    memset(out, 0, HEADER_LEN);
    out[0] = (uint8_t)(id >> 8);
    out[1] = (uint8_t)id;
    out[2] = 1; /* recursion desired */
    out[5] = 1; /* one question */
    while (*name) {
        size_t len = strcspn(name, ".");

        if (!len || len > 63)
            return 0;
        out[pos++] = (uint8_t)len;
        memcpy(out + pos, name, len);
        pos += len;
        name += len;
        if (*name == '.')
            name++;
    }
    out[pos++] = 0;
    out[pos++] = 0;
    out[pos++] = (uint8_t)type;
    out[pos++] = 0;
    out[pos++] = CLASS_IN;
    return pos;
}

/* A name at *pos as text; *pos moves behind it. Pointers only go back. */
static bool read_name(const struct message *m, size_t *pos, char *name,
                      size_t size)
{
    size_t at = *pos, n = 0, limit = at;
    bool has_jumped = false;

    for (;;) {
        if (at >= m->len)
            return false;
        unsigned len = m->data[at];
        if (len >= 0xc0) {
            if (at + 2 > m->len)
                return false;
            size_t to = get16(m->data + at) & 0x3fff;
            if (!has_jumped)
                *pos = at + 2;
            has_jumped = true;
            if (to >= limit)
                return false;
            at = limit = to;
            continue;
        }
        at++;
        if (len == 0)
            break;
        if (len > 63 || at + len > m->len || n + len + 2 > size)
            return false;
        if (n)
            name[n++] = '.';
        memcpy(name + n, m->data + at, len);
        n += len;
        at += len;
    }
    name[n] = '\0';
    if (!has_jumped)
        *pos = at;
    return true;
}

/* Is it the answer to this query? Moves *pos behind the question. */
static bool is_answer(const struct message *m, const uint8_t *query,
                      size_t query_len, size_t *pos)
{
    if (m->len < query_len || memcmp(m->data, query, 2) != 0 ||
        !(m->data[2] & 0x80) || get16(m->data + 4) != 1)
        return false;
    for (size_t i = HEADER_LEN; i < query_len; i++)
        if (tolower(m->data[i]) != tolower(query[i]))
            return false;
    *pos = query_len;
    return true;
}

/* Calls fn for each record of `type` at the end of the CNAME chain that
 * begins with `name`, which becomes the chain's last name. */
static int walk(const struct message *m, size_t pos, char *name, int type,
                void (*fn)(const struct message *m, size_t pos, size_t len,
                           void *arg),
                void *arg)
{
    unsigned count = get16(m->data + 6);
    int found = 0;

    for (int hop = 0; hop < CHAIN_MAX; hop++) {
        size_t at = pos;
        bool has_alias = false;

        for (unsigned i = 0; i < count; i++) {
            char owner[NAME_MAX_LEN + 2], target[NAME_MAX_LEN + 2];

            if (!read_name(m, &at, owner, sizeof owner) || at + 10 > m->len)
                return found ? found : -1;
            int rtype = (int)get16(m->data + at);
            size_t len = get16(m->data + at + 8), data = at + 10;
            at = data + len;
            if (at > m->len)
                return found ? found : -1;
            if (strcasecmp(owner, name) != 0)
                continue;
            if (rtype == type) {
                fn(m, data, len, arg);
                found++;
            } else if (rtype == TYPE_CNAME && !has_alias &&
                       read_name(m, &data, target, sizeof target)) {
                snprintf(name, NAME_MAX_LEN + 1, "%s", target);
                has_alias = true;
            }
        }
        if (found || !has_alias)
            break;
    }
    return found;
}

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static socklen_t server_addr(const struct net_addr *server,
                             struct sockaddr_storage *out)
{
    struct sockaddr_in *in = (struct sockaddr_in *)out;
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof *out);
    if (server->family == AF_INET) {
        in->sin_family = AF_INET;
        in->sin_port = htons(53);
        memcpy(&in->sin_addr, server->addr, 4);
        return sizeof *in;
    }
    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(53);
    memcpy(&in6->sin6_addr, server->addr, 16);
    in6->sin6_scope_id = server->scope_id;
    return sizeof *in6;
}

static bool wait_for(int fd, short events, int64_t deadline)
{
    int64_t left = deadline - now_ms();
    struct pollfd pollfd = {fd, events, 0};

    return left > 0 && poll(&pollfd, 1, (int)left) > 0;
}

static bool transfer(int fd, uint8_t *buf, size_t len, bool is_write,
                     int64_t deadline)
{
    for (size_t done = 0; done < len;) {
        if (!wait_for(fd, is_write ? POLLOUT : POLLIN, deadline))
            return false;
        ssize_t n = is_write ? send(fd, buf + done, len - done, MSG_NOSIGNAL)
                             : recv(fd, buf + done, len - done, 0);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

/* RFC 1035 s4.2.2: two bytes of length in front. */
static bool ask_tcp(const struct net_addr *server, const uint8_t *query,
                    size_t query_len, struct message *m, int64_t deadline)
{
    struct sockaddr_storage addr;
    socklen_t addr_len = server_addr(server, &addr);
    uint8_t buf[NAME_MAX_LEN + 64];
    bool is_ok = false;
    int fd =
        socket(server->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return false;
    buf[0] = (uint8_t)(query_len >> 8);
    buf[1] = (uint8_t)query_len;
    memcpy(buf + 2, query, query_len);
    if ((connect(fd, (struct sockaddr *)&addr, addr_len) == 0 ||
         errno == EINPROGRESS) &&
        transfer(fd, buf, query_len + 2, true, deadline) &&
        transfer(fd, buf, 2, false, deadline)) {
        m->len = get16(buf);
        is_ok = m->len <= sizeof m->data &&
                transfer(fd, m->data, m->len, false, deadline);
    }
    close(fd);
    return is_ok;
}

static bool ask_udp(const struct net_addr *server, const uint8_t *query,
                    size_t query_len, struct message *m, int64_t deadline)
{
    struct sockaddr_storage addr;
    socklen_t addr_len = server_addr(server, &addr);
    size_t pos;
    bool is_ok = false;
    int fd =
        socket(server->family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return false;
    /* Connected: others' datagrams do not get here. */
    if (connect(fd, (struct sockaddr *)&addr, addr_len) == 0 &&
        send(fd, query, query_len, 0) == (ssize_t)query_len) {
        while (!is_ok && wait_for(fd, POLLIN, deadline)) {
            ssize_t n = recv(fd, m->data, UDP_LEN, 0);

            if (n < 0 && errno != EAGAIN)
                break; /* nobody there */
            m->len = n < 0 ? 0 : (size_t)n;
            is_ok = is_answer(m, query, query_len, &pos);
        }
    }
    close(fd);
    return is_ok;
}

/* One question to the servers in turn. 0 and *pos behind the question, or
 * EAI_NONAME (no such name), EAI_AGAIN, EAI_FAIL. */
static int ask(const struct net_resolv *conf, const char *name, int type,
               struct message *m, size_t *pos)
{
    static unsigned turn;
    uint8_t query[NAME_MAX_LEN + 32];
    uint16_t id;

    if (getrandom(&id, sizeof id, 0) != sizeof id)
        return EAI_FAIL;
    size_t len = make_query(query, sizeof query, name, type, id);
    if (!len)
        return EAI_NONAME;
    unsigned first = conf->rotate ? turn++ : 0;
    for (unsigned i = 0; i < conf->attempts * conf->server_count; i++) {
        const struct net_addr *server =
            &conf->server[(first + i) % conf->server_count];
        int64_t deadline = now_ms() + conf->timeout_s * 1000;
        bool is_ok = !conf->use_tcp && ask_udp(server, query, len, m, deadline);

        if (conf->use_tcp || (is_ok && m->data[2] & FLAG_TC))
            is_ok = ask_tcp(server, query, len, m, deadline);
        if (!is_ok || !is_answer(m, query, len, pos))
            continue;
        switch (m->data[3] & 15) { /* RFC 1035 s4.1.1 */
        case 0:
            return 0;
        case 3:
            return EAI_NONAME;
        case 1: /* it has not understood the question */
            return EAI_FAIL;
        default: /* this server's trouble: the next one */
            break;
        }
    }
    return EAI_AGAIN;
}

static void add_addr(const struct message *m, size_t pos, size_t len, void *arg)
{
    struct net_answer *answer = arg;
    struct net_addr *addr = &answer->addr[answer->count];

    if (answer->count == ADDR_MAX || (len != 4 && len != 16))
        return;
    memset(addr, 0, sizeof *addr);
    addr->family = len == 4 ? AF_INET : AF_INET6;
    memcpy(addr->addr, m->data + pos, len);
    answer->count++;
}

static int find_type(const struct net_resolv *conf, const char *name, int type,
                     struct net_answer *answer)
{
    static __thread struct message message;
    char canon[NAME_MAX_LEN + 2];
    size_t pos;
    int rc = ask(conf, name, type, &message, &pos);

    if (rc)
        return rc;
    snprintf(canon, sizeof canon, "%s", name);
    size_t end = strlen(canon);
    if (end && canon[end - 1] == '.')
        canon[end - 1] = '\0';
    rc = walk(&message, pos, canon, type, add_addr, answer);
    if (rc > 0)
        snprintf(answer->canon, sizeof answer->canon, "%s", canon);
    return rc > 0 ? 0 : rc == 0 ? EAI_NODATA : EAI_FAIL;
}

int net_dns_find(const struct net_resolv *conf, const char *name, int family,
                 struct net_answer *answer)
{
    int rc4 = EAI_NODATA, rc6 = EAI_NODATA;

    if (family != AF_INET6)
        rc4 = find_type(conf, name, TYPE_A, answer);
    if (family == AF_INET6 ||
        (family != AF_INET && rc4 != EAI_NONAME && rc4 != EAI_AGAIN))
        rc6 = find_type(conf, name, TYPE_AAAA, answer);
    if (answer->count)
        return 0;
    return family == AF_INET6 ? rc6 : rc4;
}

struct name_out {
    char *name;
    size_t size;
};

static void take_name(const struct message *m, size_t pos, size_t len,
                      void *arg)
{
    struct name_out *out = arg;
    char name[NAME_MAX_LEN + 2];

    (void)len;
    if (read_name(m, &pos, name, sizeof name) && !out->name[0])
        snprintf(out->name, out->size, "%s", name);
}

int net_dns_name(const struct net_resolv *conf, const struct net_addr *addr,
                 char *name, size_t size)
{
    static __thread struct message message;
    const uint8_t *a = addr->addr;
    struct name_out out = {name, size};
    char question[NAME_MAX_LEN + 2];
    size_t pos, n = 0;

    if (addr->family == AF_INET) {
        snprintf(question, sizeof question, "%d.%d.%d.%d.in-addr.arpa", a[3],
                 a[2], a[1], a[0]);
    } else {
        for (int i = 15; i >= 0; i--)
            n += (size_t)snprintf(question + n, sizeof question - n, "%x.%x.",
                                  a[i] & 15, a[i] >> 4);
        snprintf(question + n, sizeof question - n, "ip6.arpa");
    }
    int rc = ask(conf, question, TYPE_PTR, &message, &pos);
    if (rc)
        return rc;
    name[0] = '\0';
    (void)walk(&message, pos, question, TYPE_PTR, take_name, &out);
    return name[0] ? 0 : EAI_NONAME;
}
