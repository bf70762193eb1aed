/* SPDX-License-Identifier: Apache-2.0 */
/* Sends back what comes: one thread for each connection. */
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static void *serve(void *arg)
{
    int fd = (int)(long)arg;
    char buf[65536];
    ssize_t n;

    while ((n = read(fd, buf, sizeof buf)) > 0)
        for (ssize_t done = 0; done < n;) {
            ssize_t sent =
                send(fd, buf + done, (size_t)(n - done), MSG_NOSIGNAL);
            if (sent < 0)
                goto out;
            done += sent;
        }
out:
    close(fd);
    return NULL;
}

int main(void)
{
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons(7)};
    int fd = socket(AF_INET6, SOCK_STREAM, 0); /* IPv4 too: ipv6(7) */
    pthread_t thread;

    if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0 ||
        listen(fd, 128) < 0) {
        perror("tcp-echo");
        return 1;
    }
    printf("listening on port 7\n");
    fflush(stdout);
    for (;;) {
        int client = accept(fd, NULL, NULL);

        if (client < 0 ||
            pthread_create(&thread, NULL, serve, (void *)(long)client) != 0) {
            perror("tcp-echo");
            return 1;
        }
        pthread_detach(thread);
    }
}
