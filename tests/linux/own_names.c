/* SPDX-License-Identifier: Apache-2.0 */
/* A program may define functions that are called like the libOS's calls, or
 * like functions of the C library that ISO C does not have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long sys_open(void);
int sys_write(const char *text);
int error(void);
int warn(void);
int tdelete(int x);

long sys_open(void)
{
    return 42;
}

int sys_write(const char *text)
{
    return (int)strlen(text);
}

int error(void)
{
    return 5;
}

int warn(void)
{
    return 6;
}

int tdelete(int x)
{
    return x + 1;
}

int main(void)
{
    FILE *f = tmpfile();
    fprintf(f, "stdio still writes");
    printf("%ld %d %d %d %d %ld\n", sys_open(), sys_write("four"), error(),
           warn(), tdelete(1), ftell(f));
    return fclose(f);
}
