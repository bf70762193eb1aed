/* SPDX-License-Identifier: Apache-2.0 */
/* getrandom: fills, never repeats, past its reseeding; who and what we are. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../check.h"

enum { SIZE = 3 << 20 };

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

static void fills_and_never_repeats(void)
{
    unsigned char *bytes = calloc(1, SIZE);
    size_t done = 0;
    while (done < SIZE) {
        size_t want = SIZE - done < 70001 ? SIZE - done : 70001;
        ssize_t got = getrandom(bytes + done, want, 0);
        CHECK(got == (ssize_t)want);
        if (got <= 0)
            return;
        done += (size_t)got;
    }
    long ones = 0;
    for (size_t i = 0; i < SIZE; i++)
        ones += __builtin_popcount(bytes[i]);
    long expected = 4l * SIZE;
    CHECK(ones > expected - 20000 && ones < expected + 20000); /* 8 sigma */
    qsort(bytes, SIZE / 16, 16, compare);
    int repeats = 0;
    for (size_t i = 16; i < SIZE; i += 16)
        repeats += !memcmp(bytes + i - 16, bytes + i, 16);
    EQUAL(repeats, 0);
    free(bytes);
}

static void checks_its_arguments(void)
{
    unsigned char small[3] = {0};
    EQUAL(getrandom(small, sizeof small, GRND_NONBLOCK), 3);
    EQUAL(getrandom(small, sizeof small, 0x100), -1);
    EQUAL(errno, EINVAL);
    EQUAL(getrandom((void *)8, 16, 0), -1);
    EQUAL(errno, EFAULT);
    EQUAL(getrandom(small, 0, 0), 0);
}

static void says_what_it_is(void)
{
    struct utsname name;
    EQUAL(uname(&name), 0);
    CHECK(!strcmp(name.machine, "x86_64"));
    CHECK(name.sysname[0] && name.nodename[0]);
    EQUAL(getpid(), 1);
    EQUAL(getuid(), 0);
    struct rlimit limit;
    EQUAL(getrlimit(RLIMIT_NOFILE, &limit), 0);
    CHECK(limit.rlim_cur >= 256 && limit.rlim_cur <= limit.rlim_max);
    limit.rlim_cur = limit.rlim_max + 1;
    EQUAL(setrlimit(RLIMIT_NOFILE, &limit), -1);
    EQUAL(errno, EINVAL);
}

int main(void)
{
    fills_and_never_repeats();
    checks_its_arguments();
    says_what_it_is();
    puts("done");
    return failures != 0;
}
