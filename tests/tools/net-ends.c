/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net-ends ADDRESS BYTES: the client of tests/guest/net-loss. Sends so many
 * bytes over one connection, takes them over a second one, and prints what the
 * guest has to print if all arrived: lengths and CRC-32 (ISO 3309).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SILENCE_S 60

static uint32_t table[256];

static void make_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
    }
}

static uint32_t crc32(uint32_t crc, const unsigned char *data, size_t len)
{
    for (crc = ~crc; len; len--)
        crc = crc >> 8 ^ table[(crc ^ *data++) & 0xff];
    return ~crc;
}

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static int dial(const char *address)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(7)};
    struct timeval limit = {SILENCE_S, 0};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || inet_pton(AF_INET, address, &addr.sin_addr) != 1 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0 ||
        connect(fd, (void *)&addr, sizeof addr) < 0)
        die(address);
    return fd;
}

static void give(int fd, long total)
{
    static unsigned char buf[65537];
    uint64_t x = 7;
    uint32_t sum = 0;
    char end;

    for (long left = total; left;) {
        size_t n = left < (long)sizeof buf ? (size_t)left : sizeof buf;

        for (size_t i = 0; i < n; i++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            buf[i] = (unsigned char)(x >> 56);
        }
        sum = crc32(sum, buf, n);
        for (size_t done = 0; done < n;) {
            ssize_t rc = write(fd, buf + done, n - done);
            if (rc < 0)
                die("write");
            done += (size_t)rc;
        }
        left -= (long)n;
    }
    if (shutdown(fd, SHUT_WR) < 0 || read(fd, &end, 1) != 0)
        die("the guest's end of the first connection");
    printf("got %ld bytes, sum %08x, end 0\n", total, sum);
}

static void take(int fd, long total)
{
    static unsigned char buf[65536];
    uint32_t sum = 0;
    long got = 0;
    ssize_t n;

    while ((n = read(fd, buf, sizeof buf)) > 0) {
        sum = crc32(sum, buf, (size_t)n);
        got += n;
    }
    if (n < 0)
        die("read");
    if (got != total) {
        fprintf(stderr, "%ld bytes came, not %ld\n", got, total);
        exit(1);
    }
    printf("sent, sum %08x\n", sum);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: net-ends ADDRESS BYTES\n");
        return 2;
    }
    long total = atol(argv[2]);
    make_table();
    int fd = dial(argv[1]);
    give(fd, total);
    close(fd);
    fd = dial(argv[1]);
    take(fd, total);
    close(fd);
    return 0;
}
