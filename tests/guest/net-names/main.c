/* SPDX-License-Identifier: Apache-2.0 */
/* What getaddrinfo says of each name given, IPv4; "reverse ADDRESS" what
 * getnameinfo says of it. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static void forward(const char *name)
{
    struct addrinfo hints = {.ai_family = AF_INET,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_CANONNAME},
                    *list;
    int rc = getaddrinfo(name, NULL, &hints, &list), count = 0;

    if (rc) {
        printf("%s: %s\n", name, gai_strerror(rc));
        return;
    }
    for (struct addrinfo *at = list; at; at = at->ai_next)
        count++;
    printf("%s: %d, canonical %s, %s\n", name, count, list->ai_canonname,
           inet_ntoa(((struct sockaddr_in *)list->ai_addr)->sin_addr));
    freeaddrinfo(list);
}

static void reverse(const char *text)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_addr.s_addr = inet_addr(text)};
    char name[256];
    int rc = getnameinfo((void *)&addr, sizeof addr, name, sizeof name, NULL, 0,
                         NI_NAMEREQD);

    printf("%s: %s\n", text, rc ? gai_strerror(rc) : name);
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "reverse") == 0 && i + 1 < argc)
            reverse(argv[++i]);
        else
            forward(argv[i]);
    }
    return 0;
}
