/* SPDX-License-Identifier: Apache-2.0 */
/* A program may define functions that are called like the libOS's calls, or
 * like functions of the C library that ISO C does not have. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

long sys_open(void);
int sys_write(const char *text);
int error(void);
int warn(void);
int tdelete(int x);
/* newlib's stdlib.h, string.h, stdio.h and math.h know these. */
int itoa(char c);
int utoa(char c);
void strlwr(char *text);
int iprintf(int depth);
int infinity;

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

int itoa(char c)
{
    return c - 'a';
}

int utoa(char c)
{
    return c - 'A';
}

void strlwr(char *text)
{
    *text = 'l';
}

int iprintf(int depth)
{
    return 2 * depth;
}

int main(void)
{
    char text[] = "TEXT";
    strlwr(text);
    printf("%d %d %s %d %d\n", itoa('c'), utoa('D'), text, iprintf(3),
           infinity);
    FILE *f = tmpfile();
    fprintf(f, "stdio still writes");
    printf("%ld %d %d %d %d %ld\n", sys_open(), sys_write("four"), error(),
           warn(), tdelete(1), ftell(f));
    return fclose(f);
}
