/* SPDX-License-Identifier: Apache-2.0 */
/* Sends each datagram back; client.py sends them in pieces. */
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(7)};
    static char data[65536];
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&addr, sizeof addr)) {
        perror("bind");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct sockaddr_in6 from;
        socklen_t len = sizeof from;
        ssize_t n =
            recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &len);
        if (n < 0 || sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&from,
                            len) != n) {
            perror("echo");
            return 1;
        }
    }
}
