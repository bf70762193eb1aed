/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large buffers in blocking reads, which frames may be read straight into: what
 * arrives is what was sent, nothing in front of the buffer changes, neither
 * with two connections at once nor when the end of a buffer comes close.
 * Byte i of a stream is pattern(i).
 */
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../check.h"

#define GUARD 256
#define GUARD_BYTE 0xa5

struct job {
    int fd;
    size_t size; /* of the buffer */
    int flags;   /* of recv */
    long total;
};

static unsigned char pattern(long i)
{
    return (unsigned char)(i % 251);
}

static long first_wrong(const unsigned char *buf, long len, long offset)
{
    static unsigned char want[251 * 2];

    if (!want[1])
        for (int i = 0; i < (int)sizeof want; i++)
            want[i] = pattern(i);
    for (long i = 0; i < len; i += 251) {
        long n = len - i < 251 ? len - i : 251;

        if (memcmp(buf + i, want + (offset + i) % 251, (size_t)n) != 0)
            return i;
    }
    return -1;
}

static void *take(void *arg)
{
    struct job *job = arg;
    unsigned char *all = malloc(GUARD + job->size), *buf = all + GUARD;
    ssize_t n;

    memset(all, GUARD_BYTE, GUARD);
    while ((n = recv(job->fd, buf, job->size, job->flags)) > 0) {
        EQUAL(first_wrong(buf, n, job->total), -1);
        for (int i = 0; i < GUARD; i++)
            if (all[i] != GUARD_BYTE) {
                EQUAL(i, -1);
                break;
            }
        if (failures > 10)
            exit(1);
        job->total += n;
    }
    EQUAL(n, 0);
    close(job->fd);
    free(all);
    return NULL;
}

int main(void)
{
    static const struct {
        size_t size;
        int flags;
    } kinds[] = {{131072, 0}, {65535, 0}, {400000, MSG_WAITALL}, {70000, 0}};
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(7)};
    int listener = socket(AF_INET6, SOCK_STREAM, 0);

    EQUAL(bind(listener, (struct sockaddr *)&addr, sizeof addr), 0);
    EQUAL(listen(listener, 4), 0);
    fprintf(stderr, "listening\n");
    for (unsigned kind = 0; kind < sizeof kinds / sizeof kinds[0]; kind++) {
        struct job jobs[2];
        pthread_t threads[2];

        for (int i = 0; i < 2; i++) {
            jobs[i] = (struct job){accept(listener, NULL, NULL),
                                   kinds[kind].size, kinds[kind].flags, 0};
            pthread_create(&threads[i], NULL, take, &jobs[i]);
        }
        for (int i = 0; i < 2; i++)
            pthread_join(threads[i], NULL);
        printf("%ld %ld\n", jobs[0].total, jobs[1].total);
    }
    return failures != 0;
}
