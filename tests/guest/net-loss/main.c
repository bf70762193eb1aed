/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both ways over a bad line: the first connection is what the guest gets, the
 * second what it sends. Both are told by length and CRC-32 (ISO 3309).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static uint32_t crc32(uint32_t crc, const unsigned char *data, size_t len)
{
    static uint32_t table[256];

    for (uint32_t i = 0; i < 256 && !table[255]; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xedb88320u : 0);
    }
    for (crc = ~crc; len; len--)
        crc = crc >> 8 ^ table[(crc ^ *data++) & 0xff];
    return ~crc;
}

static void take(int fd)
{
    static unsigned char buf[1 << 16];
    uint32_t sum = 0;
    long total = 0;
    ssize_t n;

    while ((n = read(fd, buf, sizeof buf)) > 0) {
        sum = crc32(sum, buf, (size_t)n);
        total += n;
    }
    printf("got %ld bytes, sum %08x, end %zd\n", total, sum, n);
}

static void give(int fd, long total)
{
    static unsigned char buf[100003];
    uint32_t x = 1, sum = 0;

    while (total) {
        size_t n = total < (long)sizeof buf ? (size_t)total : sizeof buf;

        for (size_t i = 0; i < n; i++) {
            x = x * 1664525 + 1013904223;
            buf[i] = (unsigned char)(x >> 24);
        }
        sum = crc32(sum, buf, n);
        for (size_t done = 0; done < n;) {
            ssize_t rc = write(fd, buf + done, n - done);
            if (rc < 0) {
                perror("write");
                exit(1);
            }
            done += (size_t)rc;
        }
        total -= (long)n;
    }
    printf("sent, sum %08x\n", sum);
}

int main(int argc, char **argv)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(7)};
    int fd = socket(AF_INET, SOCK_STREAM, 0), c;
    long total = argc > 1 ? atol(argv[1]) : 1000;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (bind(fd, (void *)&addr, sizeof addr) < 0 || listen(fd, 5) < 0)
        return 1;
    printf("listening\n");
    c = accept(fd, NULL, NULL);
    take(c);
    close(c);
    c = accept(fd, NULL, NULL);
    give(c, total);
    close(c);
    return 0;
}
