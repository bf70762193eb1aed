/* SPDX-License-Identifier: Apache-2.0 */
/* Says that it is there and waits for a signal. */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    puts("Hello, world");
    fflush(stdout);
    for (;;)
        pause();
}
