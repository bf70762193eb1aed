/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTTP example, and who comes in a flood of SYNs: test.sh. With "pair", two
 * listeners share the port; the first closes when a line comes, and the other
 * one gets its half-open connections.
 */
#define main http_main
#include "../../../examples/http/http.c"
#undef main

static int pair(void)
{
    static const char answer[] = "HTTP/1.1 200 from the other\n";
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6,
                                .sin6_port = htons(80)};
    char request[256];
    int fds[2], yes = 1;

    for (int i = 0; i < 2; i++) {
        fds[i] = socket(AF_INET6, SOCK_STREAM, 0);
        if (setsockopt(fds[i], SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) ||
            bind(fds[i], (struct sockaddr *)&addr, sizeof addr) ||
            listen(fds[i], 8)) {
            perror("listen");
            return 1;
        }
    }
    puts("a pair");
    fflush(stdout);
    if (read(0, request, 1) != 1)
        return 1;
    close(fds[0]);
    close(socket(AF_INET6, SOCK_STREAM, 0)); /* takes its memory */
    puts("one");
    fflush(stdout);
    int fd = accept(fds[1], NULL, NULL);
    if (fd < 0 || read(fd, request, sizeof request) <= 0 ||
        write(fd, answer, sizeof answer - 1) != sizeof answer - 1)
        return 1;
    return 0;
}

int main(int argc, char **argv)
{
    return argc > 1 && !strcmp(argv[1], "pair") ? pair()
                                                : http_main(argc, argv);
}
