/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the addresses of the names it is given. */
#include <netdb.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int failed = 0;

    for (int i = 1; i < argc; i++) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
        int rc = getaddrinfo(argv[i], NULL, &hints, &list);

        if (rc) {
            printf("%s: %s\n", argv[i], gai_strerror(rc));
            failed = 1;
            continue;
        }
        for (struct addrinfo *ai = list; ai; ai = ai->ai_next) {
            char text[NI_MAXHOST];

            if (getnameinfo(ai->ai_addr, ai->ai_addrlen, text, sizeof text,
                            NULL, 0, NI_NUMERICHOST) == 0)
                printf("%s: %s\n", argv[i], text);
        }
        freeaddrinfo(list);
    }
    return failed;
}
