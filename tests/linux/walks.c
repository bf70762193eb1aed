/* SPDX-License-Identifier: Apache-2.0 */
/* fts, wordexp, lists of mounts, and small calls next to them. */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <mntent.h>
#include <nl_types.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <ulimit.h>
#include <unistd.h>
#include <utmp.h>
#include <wordexp.h>

static void touch(const char *path)
{
    close(open(path, O_WRONLY | O_CREAT, 0644));
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int backwards(const FTSENT **a, const FTSENT **b)
{
    return -by_name(a, b);
}

static void walk(int options, const char *skipped, int first)
{
    char a[] = "a", link[] = "link", none[] = "none", sub[] = "a/sub/";
    char *const all[] = {a, link, none, NULL}, *const one[] = {sub, NULL};
    FTS *fts = fts_open(first ? one : all, options | FTS_NOCHDIR,
                        first ? backwards : by_name);
    FTSENT *e;
    printf("options %#x\n", options);
    while ((e = fts_read(fts))) {
        printf("  %d %d %s (%s) %zu %zu %d", e->fts_level, e->fts_info,
               e->fts_path, e->fts_name, (size_t)e->fts_pathlen,
               (size_t)e->fts_namelen, e->fts_errno);
        printf(" %d", e->fts_parent->fts_level);
        if (e->fts_info == FTS_DC)
            printf(" cycle %s", e->fts_cycle->fts_name);
        if (e->fts_info == FTS_F || e->fts_info == FTS_D)
            printf(" %o", (unsigned)e->fts_statp->st_mode);
        printf(" %ld\n", e->fts_number++);
        if (skipped && strcmp(e->fts_name, skipped) == 0 &&
            e->fts_info == FTS_D)
            fts_set(fts, e, FTS_SKIP);
        if (e->fts_info == FTS_SL && strcmp(e->fts_name, "to-sub") == 0)
            fts_set(fts, e, FTS_FOLLOW);
    }
    printf("  errno %d, close %d\n", errno, fts_close(fts));
}

static void lists_children(void)
{
    char a[] = "a";
    char *const paths[] = {a, NULL};
    FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    for (int names_only = 0; names_only < 2; names_only++) {
        FTSENT *e = fts_read(fts);
        if (!e)
            break;
        printf("in %s:", e->fts_path);
        e = fts_children(fts, names_only ? FTS_NAMEONLY : 0);
        for (; e; e = e->fts_link) {
            printf(" %s", e->fts_name);
            if (strcmp(e->fts_name, "sub") == 0)
                fts_set(fts, e, FTS_SKIP);
        }
        printf("\n");
    }
    for (FTSENT *e; (e = fts_read(fts));)
        printf("%d %s\n", e->fts_info, e->fts_path);
    fts_close(fts);
    printf("%d", fts_open(paths, 1 << 20, NULL) == NULL);
    printf(" %d\n", errno == EINVAL);
}

static void trees(void)
{
    mkdir("a", 0755);
    mkdir("a/sub", 0755);
    mkdir("a/sub/deep", 0700);
    mkdir("a/empty", 0755);
    touch("a/b");
    touch("a/sub/c");
    touch("a/sub/deep/d");
    (void)!symlink("a", "link");
    (void)!symlink("..", "a/sub/up");
    (void)!symlink("sub", "a/to-sub");
    (void)!symlink("nowhere", "a/broken");
    walk(FTS_PHYSICAL, NULL, 0);
    walk(FTS_PHYSICAL | FTS_COMFOLLOW, "sub", 0);
    walk(FTS_LOGICAL, NULL, 0);
    walk(FTS_PHYSICAL | FTS_SEEDOT | FTS_XDEV, NULL, 1);
    lists_children();
}

static void words(const char *text, int flags)
{
    wordexp_t w;
    int rc = wordexp(text, &w, flags);
    printf("%s: %d", text, rc);
    for (size_t i = 0; rc == 0 && i < w.we_wordc; i++)
        printf(" [%s]", w.we_wordv[i]);
    printf("\n");
    if (rc == 0)
        wordfree(&w);
}

static const char *const good[] = {
    "",
    "one",
    " a  b\tc ",
    "'a b' \"c d\"",
    "a\\ b c\\\\d",
    "\"\" ''",
    "$x",
    "\"$x\"",
    "$y",
    "\"$y\"",
    "[$y]",
    "${x}z",
    "${y}z$y",
    "$unset a",
    "\"$unset\"",
    "${unset:-dflt}",
    "${empty:-dflt}",
    "${empty-dflt}",
    "${unset:-a b}",
    "\"${unset:-a b}\"",
    "${x:-$y}",
    "${new:=value} $new",
    "${x:+yes}",
    "${unset:+yes}",
    "${#x}",
    "${#unset}",
    "${p%.*}",
    "${p%%.*}",
    "${p#*/}",
    "${p##*/}",
    "${p%'*'}",
    "$((1 + 2 * 3))",
    "$(( (1+2) * 3 - -4 ))",
    "$((7 / 2))",
    "~",
    "~/x",
    "a~",
    "'~'",
    "*.txt",
    "'*.txt'",
    "\"*\".txt",
    "[ab].txt",
    "none*",
    "\\*.txt",
    "'$x' \"\\$x\"",
    "a$",
    "$x$y",
    "x=${x}",
    "a'b'\"c\"d",
};

static const char *const bad[] = {"a | b", "a;b",  "a\nb",      "(a)",
                                  "'a",    "\"a",  "${x",       "a & b",
                                  "<a",    "a{b}", "$((1 + ))", "a\\"};

static void expands_words(void)
{
    setenv("x", "value", 1);
    setenv("y", "two  words", 1);
    setenv("empty", "", 1);
    setenv("n", "21", 1);
    setenv("p", "dir/file.tar.gz", 1);
    setenv("star", "?.txt", 1);
    setenv("HOME", "/users/me", 1);
    touch("a.txt");
    touch("b.txt");
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        words(good[i], 0);
    words("$unset", WRDE_UNDEF);
    words("$(echo)", WRDE_NOCMD);
    words("`echo`", WRDE_NOCMD);
    words("\"$(echo)\"", WRDE_NOCMD);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        words(bad[i], 0);

    wordexp_t w = {.we_offs = 2};
    printf("%d", wordexp("a b", &w, WRDE_DOOFFS));
    printf(" %d", wordexp("c", &w, WRDE_DOOFFS | WRDE_APPEND));
    printf(" %zu %d %s %s\n", w.we_wordc, w.we_wordv[1] == NULL, w.we_wordv[4],
           w.we_wordv[5] ? "?" : "end");
    printf("%d", wordexp("x y", &w, WRDE_REUSE | WRDE_DOOFFS));
    printf(" %zu %s\n", w.we_wordc, w.we_wordv[3]);
    wordfree(&w);
}

/* What POSIX says and glibc does otherwise. */
static void expands_by_the_standard(void)
{
#ifdef __septum__
    static const char *const texts[][3] = {
        {"${unset:-'a b'}", "a b", NULL},
        {"$((n * 2))", "42", NULL},
        {"$star", "a.txt", "b.txt"},
        {"$((0x10 << 2 | 1 && 0 ? 5 : n % 4 - -~1))", "-1", NULL},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        wordexp_t w;
        size_t count = texts[i][2] ? 2 : 1;
        int rc = wordexp(texts[i][0], &w, 0);
        if (rc || w.we_wordc != count || strcmp(w.we_wordv[0], texts[i][1]) ||
            (count == 2 && strcmp(w.we_wordv[1], texts[i][2])))
            printf("%s: %d %s\n", texts[i][0], rc, rc ? "" : w.we_wordv[0]);
        if (rc == 0)
            wordfree(&w);
    }
#endif
}

static void mounts(void)
{
    FILE *f = setmntent("tab", "w+");
    struct mntent *e, add = {(char *)"/dev/x y",
                             (char *)"/mnt\\",
                             (char *)"ext4",
                             (char *)"rw,noatime,size=5",
                             1,
                             2};
    fputs("# comment\n\nproc /proc proc defaults 0 0\nshort /s\n", f);
    printf("%d\n", addmntent(f, &add));
    rewind(f);
    while ((e = getmntent(f)))
        printf("[%s] [%s] [%s] [%s] %d %d %s\n", e->mnt_fsname, e->mnt_dir,
               e->mnt_type, e->mnt_opts, e->mnt_freq, e->mnt_passno,
               hasmntopt(e, "size") ? hasmntopt(e, "size") : "-");
    printf("%d\n", endmntent(f));
    f = setmntent("/proc/mounts", "r");
    int has_root = 0;
    while ((e = getmntent(f)))
        has_root |= strcmp(e->mnt_dir, "/") == 0;
    printf("root %d\n", has_root);
    endmntent(f);
}

static void small_ones(void)
{
    nl_catd catalog = catopen("none", 0);
    printf("%d %s\n", catalog == (nl_catd)-1, catgets(catalog, 1, 1, "text"));
    printf("%d\n", ulimit(UL_GETFSIZE) > 0);
    printf("%d", utmpname("/none"));
    setutent();
    printf(" %d\n", getutent() == NULL);
    endutent();
    printf("%#lx %#lx %#lx %#lx\n", (long)_IO('f', 7), (long)_IOR('f', 1, long),
           (long)_IOW('x', 2, struct winsize), (long)_IOWR('y', 3, char[100]));
    posix_spawnattr_t attr;
    short flags = 0;
    pid_t group = 0;
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
    posix_spawnattr_setpgroup(&attr, 7);
    posix_spawnattr_getflags(&attr, &flags);
    posix_spawnattr_getpgroup(&attr, &group);
    printf("%d %d\n", flags, group);
    posix_spawnattr_destroy(&attr);
}

int main(void)
{
    char top[] = "/tmp/walks-XXXXXX";
    if (!mkdtemp(top) || chdir(top) < 0)
        return 1;
    trees();
    expands_words();
    expands_by_the_standard();
    mounts();
    small_ones();
    return 0;
}
