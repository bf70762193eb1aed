/* SPDX-License-Identifier: Apache-2.0 */
/* ask IP COUNT: as many requests for "/" to port 80, ten in a connection. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY 612
#define PER_CONNECTION 10

static int ask(int fd)
{
    static const char request[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    char got[4096], *end = NULL;
    size_t len = 0;

    if (write(fd, request, sizeof request - 1) < 0)
        return -1;
    while (!end || len < (size_t)(end + 4 - got) + BODY) {
        ssize_t n = read(fd, got + len, sizeof got - 1 - len);

        if (n <= 0)
            return -1;
        len += (size_t)n;
        got[len] = '\0';
        end = strstr(got, "\r\n\r\n");
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(80)};

    if (argc != 3 || inet_pton(AF_INET, argv[1], &addr.sin_addr) != 1)
        return 2;
    for (int left = atoi(argv[2]); left > 0; left -= PER_CONNECTION) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        if (connect(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
            return 1;
        for (int i = 0; i < PER_CONNECTION && i < left; i++)
            if (ask(fd) < 0)
                return 1;
        close(fd);
    }
    return 0;
}
