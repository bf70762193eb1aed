/* SPDX-License-Identifier: Apache-2.0 */
/* All memory is taken before the first file is asked for: calls fail one by
 * one, the guest goes on, and all is well once memory is given back. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"

static void *blocks[4096];

int main(void)
{
    static const size_t sizes[] = {50000, 4000, 64};
    char text[8] = "";
    unsigned count = 0;

    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        while (count < 4096 && (blocks[count] = malloc(sizes[i])))
            count++;
    CHECK(count > 100);
    CHECK(mkdir("/tmp/dir", 0700) == 0 || errno == ENOMEM || errno == ENOSPC);
    int fd = open("/tmp/file", O_CREAT | O_RDWR, 0600);
    CHECK(fd >= 0 || errno == ENOMEM || errno == ENOSPC);
    printf("still here\n");
    while (count)
        free(blocks[--count]);
    if (fd < 0)
        fd = open("/tmp/file", O_CREAT | O_RDWR, 0600);
    CHECK(fd >= 0 && write(fd, "text", 4) == 4);
    CHECK(pread(fd, text, 4, 0) == 4 && !strcmp(text, "text"));
    return failures != 0;
}
