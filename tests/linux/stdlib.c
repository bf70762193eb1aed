/* SPDX-License-Identifier: Apache-2.0 */
/* Sorting, searching, random sequences, environment, errors in words. */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pair {
    int key, order;
};

static int by_key(const void *a, const void *b)
{
    return ((const struct pair *)a)->key - ((const struct pair *)b)->key;
}

static int by_int(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static int by_arg(const void *a, const void *b, void *arg)
{
    return *(int *)arg * by_int(a, b);
}

static void sorting(void)
{
    static struct pair pairs[500];
    int ints[20], direction = -1;
    srand(7);
    for (int i = 0; i < 500; i++)
        pairs[i] = (struct pair){rand() % 20, i};
    qsort(pairs, 500, sizeof *pairs, by_key);
    for (int i = 0; i < 500; i += 7)
        printf("%d:%d ", pairs[i].key, pairs[i].order);
    for (int i = 0; i < 20; i++)
        ints[i] = rand() % 100;
    qsort_r(ints, 20, sizeof *ints, by_arg, &direction);
    printf("\n");
    for (int i = 0; i < 20; i++)
        printf("%d ", ints[i]);
    qsort(ints, 20, sizeof *ints, by_int);
    int key = ints[7];
    int *found = bsearch(&key, ints, 20, sizeof *ints, by_int);
    key = -1;
    printf("%d %d\n", *found,
           bsearch(&key, ints, 20, sizeof *ints, by_int) == NULL);
}

static void walk(const void *node, VISIT which, int depth)
{
    if (which == postorder || which == leaf)
        printf("%s ", *(const char *const *)node);
    (void)depth; /* how a tree is balanced is its own business */
}

static void searching(void)
{
    void *root = NULL;
    static const char *const words[] = {"pear", "apple", "fig",
                                        "kiwi", "date",  "fig"};
    for (int i = 0; i < 6; i++)
        tsearch(words[i], &root, (int (*)(const void *, const void *))strcmp);
    twalk(root, walk);
    printf("%d", tfind("fig", &root,
                       (int (*)(const void *, const void *))strcmp) != NULL);
    tdelete("fig", &root, (int (*)(const void *, const void *))strcmp);
    printf(" %d\n", tfind("fig", &root,
                          (int (*)(const void *, const void *))strcmp) != NULL);
    size_t count = 0;
    int table[8], values[] = {3, 1, 3, 2};
    for (int i = 0; i < 4; i++)
        lsearch(&values[i], table, &count, sizeof *table, by_int);
    printf("%zu %d\n", count,
           lfind(&values[1], table, &count, sizeof *table, by_int) ==
               &table[1]);
    hcreate(10);
    ENTRY e = {.key = "one", .data = "1"}, *r;
    hsearch(e, ENTER);
    e.key = "two";
    r = hsearch(e, FIND);
    e.key = "one";
    printf("%d %s\n", r == NULL, (char *)hsearch(e, FIND)->data);
    hdestroy();
}

static void randoms(void)
{
    char state[64], *old;
    unsigned seed = 5;
    for (int i = 0; i < 5; i++)
        printf("%d ", rand());
    srand(12345);
    for (int i = 0; i < 5; i++)
        printf("%d ", rand());
    srandom(0);
    for (int i = 0; i < 5; i++)
        printf("%ld ", random());
    old = initstate(9, state, sizeof state);
    for (int i = 0; i < 5; i++)
        printf("%ld ", random());
    setstate(old);
    printf("%ld %d %d %d\n", random(), rand_r(&seed), rand_r(&seed), RAND_MAX);
    srand48(42);
    printf("%.10f %ld %ld\n", drand48(), lrand48(), mrand48());
    unsigned short x[3] = {1, 2, 3};
    printf("%.10f %ld %ld\n", erand48(x), nrand48(x), jrand48(x));
}

extern char **environ;

static void environment(void)
{
    static char entry[] = "PUT=first";
    printf("%d %s", setenv("A", "1", 1), getenv("A"));
    printf(" %d %s", setenv("A", "2", 0), getenv("A"));
    printf(" %d %s", setenv("A", "3", 1), getenv("A"));
    printf(" %d", putenv(entry));
    strcpy(entry, "PUT=other");
    printf(" %s", getenv("PUT"));
    printf(" %d %d", unsetenv("A"), getenv("A") == NULL);
    printf(" %d", setenv("", "x", 1));
    printf(" %d", errno == EINVAL);
    printf(" %d", setenv("X=Y", "x", 1));
    printf(" %d", getenv("") == NULL);
    printf(" %d", clearenv());
    printf(" %d\n", getenv("PUT") == NULL);
    setenv("NEW", "x", 1);
    printf("%s %d\n", environ[0], environ[1] == NULL);
}

static void errors(void)
{
    char buf[64];
    for (int i = -1; i < 140; i++)
        printf("%s\n", strerror(i));
    printf("%s %s\n", strerror_r(ENOENT, buf, sizeof buf),
           strerrorname_np(EPERM));
    errno = EACCES;
    perror("perror");
    errno = 0;
    perror(NULL);
}

static void arithmetic(void)
{
    div_t d = div(-7, 2);
    ldiv_t l = ldiv(7, -2);
    lldiv_t ll = lldiv(-7, -2);
    imaxdiv_t im = imaxdiv(9, 4);
    printf("%d %d %ld %ld %lld %lld %jd %jd\n", d.quot, d.rem, l.quot, l.rem,
           ll.quot, ll.rem, im.quot, im.rem);
    printf("%d %ld %lld %jd\n", abs(-3), labs(-4), llabs(-5), imaxabs(-6));
    printf("%s %ld\n", l64a(123456), a64l("./zA"));
    char *values, text[] = "ro,size=10,bad", *options = text, *end;
    char *const tokens[] = {"ro", "size", NULL};
    while (*options) {
        int t = getsubopt(&options, tokens, &values);
        printf("%d %s ", t, values ? values : "-");
    }
    printf("\n%s %.3f\n", ecvt(3.14159, 4, &d.quot, &d.rem), atof("2.5x"));
    printf("%s\n", gcvt(1234.5678, 6, (char[32]){0}));
    printf("%d\n", (int)strtol("12abc", &end, 10) + (int)strlen(end));
}

static void first(void)
{
    printf("registered first, runs last\n");
}

static void second(void)
{
    printf("registered second\n");
    atexit(first);
}

static void with_status(int status, void *arg)
{
    printf("on_exit %d %s\n", status, (char *)arg);
}

__attribute__((constructor)) static void construct(void)
{
    printf("constructor\n");
}

__attribute__((destructor)) static void destruct(void)
{
    printf("destructor\n");
    fflush(stdout);
}

__attribute__((constructor(200))) static void construct_early(void)
{
    printf("constructor 200\n");
}

int main(void)
{
    sorting();
    searching();
    randoms();
    environment();
    errors();
    arithmetic();
    atexit(first);
    atexit(second);
    on_exit(with_status, "argument");
    exit(300);
}
