/* SPDX-License-Identifier: Apache-2.0 */
/* Answers each datagram on port 9999 with its length and sender. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int main(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(9999)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    static char buf[65536];

    if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0) {
        perror("udp");
        return 1;
    }
    printf("bound to port 9999\n");
    fflush(stdout);
    for (;;) {
        struct sockaddr_in from;
        socklen_t len = sizeof from;
        ssize_t n =
            recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&from, &len);

        if (n < 0)
            break;
        if (n == 3 && memcmp(buf, "end", 3) == 0)
            return 0;
        int used = snprintf(buf, sizeof buf, "%zd bytes from %s\n", n,
                            inet_ntoa(from.sin_addr));
        sendto(fd, buf, (size_t)used, 0, (struct sockaddr *)&from, len);
    }
    perror("udp");
    return 1;
}
