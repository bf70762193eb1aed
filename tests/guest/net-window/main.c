/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sends many bytes to each client and closes at once: test.sh reads slowly,
 * through a small window.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char page[300000];

static int serve_one(int listener)
{
    char request[64] = "";
    int fd = accept(listener, NULL, NULL);
    if (fd < 0 || read(fd, request, sizeof request - 1) <= 0)
        return -1;
    size_t len = (size_t)atol(request);
    if (len > sizeof page)
        return -1;
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, page + done, len - done);
        if (n < 0)
            return -1;
        done += (size_t)n;
    }
    return close(fd);
}

int main(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(80)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    for (size_t i = 0; i < sizeof page; i++)
        page[i] = (char)(i * 7 + i / 251);
    if (bind(fd, (struct sockaddr *)&addr, sizeof addr) || listen(fd, 8)) {
        perror("listen");
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;)
        if (serve_one(fd) < 0)
            perror("serve");
}
