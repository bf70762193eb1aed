/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest program: greets whoever is named, or the world. */
#include <stdio.h>

int main(int argc, char **argv)
{
    printf("Hello, %s!\n", argc > 1 ? argv[1] : "world");
    return 0;
}
