/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fts: man 3 fts. Entries hang together as the tree does: an entry's siblings
 * by fts_link, above it fts_parent; those of one directory are made when it
 * is entered and freed one by one as the walk leaves them behind. Each has
 * its own path, so nothing has to be put together again on the way back.
 */
#include <dirent.h>
#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct _fts {
    FTSENT *current; /* what fts_read returned last; `top` at the start */
    FTSENT *below;   /* read by fts_children, not entered yet; or NULL */
    FTSENT *top;     /* level -1 */
    bool is_below_known, has_ended;
    int options;
    dev_t dev; /* of the current root, for FTS_XDEV */
    int (*compare)(const FTSENT **, const FTSENT **);
};

/* An entry, its stat and its path in one block. */
static FTSENT *new_entry(FTSENT *parent, const char *dir, const char *name)
{
    size_t dir_len = dir ? strlen(dir) : 0, name_len = strlen(name);
    bool has_slash = dir_len && dir[dir_len - 1] != '/';
    struct block {
        FTSENT entry;
        struct stat st;
        char path[];
    } *block =
        calloc(1, sizeof *block + dir_len + (size_t)has_slash + name_len + 1);

    if (!block)
        return NULL;
    FTSENT *entry = &block->entry;
    entry->fts_path = entry->fts_accpath = block->path;
    if (dir_len)
        memcpy(block->path, dir, dir_len);
    if (has_slash)
        block->path[dir_len++] = '/';
    entry->fts_name = block->path + dir_len;
    memcpy(entry->fts_name, name, name_len + 1);
    entry->fts_namelen = name_len;
    entry->fts_pathlen = dir_len + name_len;
    entry->fts_statp = &block->st;
    entry->fts_parent = parent;
    entry->fts_level =
        (short)(parent ? parent->fts_level + 1 : FTS_ROOTPARENTLEVEL);
    entry->fts_instr = FTS_NOINSTR;
    entry->fts_info = FTS_INIT;
    return entry;
}

static void free_list(FTSENT *entry)
{
    while (entry) {
        FTSENT *next = entry->fts_link;
        free(entry);
        entry = next;
    }
}

static bool is_dots(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static unsigned short directory_info(FTSENT *entry)
{
    if (is_dots(entry->fts_name) && entry->fts_level > FTS_ROOTLEVEL)
        return FTS_DOT;
    for (FTSENT *up = entry->fts_parent; up->fts_level >= FTS_ROOTLEVEL;
         up = up->fts_parent)
        if (up->fts_ino == entry->fts_ino && up->fts_dev == entry->fts_dev) {
            entry->fts_cycle = up;
            return FTS_DC;
        }
    return FTS_D;
}

static void look(FTSENT *entry, bool follows)
{
    struct stat *st = entry->fts_statp;

    entry->fts_errno = 0;
    if (follows && stat(entry->fts_path, st) < 0) {
        entry->fts_errno = errno;
        if (lstat(entry->fts_path, st) == 0) {
            entry->fts_errno = 0;
            entry->fts_info = FTS_SLNONE;
            return;
        }
    } else if (!follows && lstat(entry->fts_path, st) < 0) {
        entry->fts_errno = errno;
    }
    if (entry->fts_errno) {
        memset(st, 0, sizeof *st);
        entry->fts_info = FTS_NS;
        return;
    }
    entry->fts_ino = st->st_ino;
    entry->fts_dev = st->st_dev;
    entry->fts_nlink = st->st_nlink;
    entry->fts_info = S_ISDIR(st->st_mode)   ? directory_info(entry)
                      : S_ISLNK(st->st_mode) ? FTS_SL
                      : S_ISREG(st->st_mode) ? FTS_F
                                             : FTS_DEFAULT;
}

static FTSENT *sort(const FTS *fts, FTSENT *list, size_t count)
{
    if (!fts->compare || count < 2)
        return list;
    FTSENT **all = reallocarray(NULL, count, sizeof *all);
    if (!all)
        return list; /* in the directory's own order */
    size_t i = 0;
    for (FTSENT *entry = list; entry; entry = entry->fts_link)
        all[i++] = entry;
    qsort(all, count, sizeof *all,
          (int (*)(const void *, const void *))fts->compare);
    for (i = 0; i + 1 < count; i++)
        all[i]->fts_link = all[i + 1];
    all[count - 1]->fts_link = NULL;
    list = all[0];
    free(all);
    return list;
}

/* The entries of a directory, which says in fts_info when it has none. */
static FTSENT *children(const FTS *fts, FTSENT *parent, bool names_only)
{
    FTSENT *first = NULL, **link = &first;
    size_t count = 0;
    struct dirent *found = NULL;
    DIR *dir = opendir(parent->fts_path);

    parent->fts_errno = 0;
    while (dir && (errno = 0, found = readdir(dir))) {
        if (is_dots(found->d_name) && !(fts->options & FTS_SEEDOT))
            continue;
        FTSENT *entry = new_entry(parent, parent->fts_path, found->d_name);
        if (!entry)
            break; /* ENOMEM */
        if (names_only)
            entry->fts_info = FTS_NSOK;
        else if (fts->options & FTS_NOSTAT && found->d_type != DT_UNKNOWN &&
                 found->d_type != DT_DIR &&
                 !(found->d_type == DT_LNK && fts->options & FTS_LOGICAL))
            entry->fts_info = FTS_NSOK;
        else
            look(entry, fts->options & FTS_LOGICAL);
        *link = entry;
        link = &entry->fts_link;
        count++;
    }
    int error = !dir || errno ? errno : 0;
    if (dir)
        (void)closedir(dir);
    if (error) {
        free_list(first);
        parent->fts_errno = error;
        parent->fts_info = dir ? FTS_ERR : FTS_DNR;
        errno = error;
        return NULL;
    }
    return sort(fts, first, count);
}

FTS *fts_open(char *const *paths, int options,
              int (*compare)(const FTSENT **, const FTSENT **))
{
    if (options & ~FTS_OPTIONMASK) {
        errno = EINVAL;
        return NULL;
    }
    FTS *fts = calloc(1, sizeof *fts);
    if (!fts || !(fts->top = new_entry(NULL, NULL, ""))) {
        free(fts);
        return NULL;
    }
    fts->options = options;
    fts->compare = compare;
    size_t count = 0;
    FTSENT **link = &fts->below;
    for (; *paths; paths++, count++) {
        FTSENT *entry = new_entry(fts->top, NULL, *paths);
        if (!entry) {
            (void)fts_close(fts);
            return NULL;
        }
        look(entry, options & (FTS_LOGICAL | FTS_COMFOLLOW));
        if (entry->fts_info == FTS_DOT) /* asked for by name */
            entry->fts_info = FTS_D;
        *link = entry;
        link = &entry->fts_link;
    }
    fts->below = sort(fts, fts->below, count);
    fts->is_below_known = true;
    fts->current = fts->top;
    fts->top->fts_info = FTS_D;
    return fts;
}

static FTSENT *give(FTS *fts, FTSENT *entry)
{
    fts->current = entry;
    if (entry->fts_instr == FTS_FOLLOW) {
        entry->fts_instr = FTS_NOINSTR;
        look(entry, true);
    }
    if (entry->fts_level == FTS_ROOTLEVEL) {
        const char *slash = strrchr(entry->fts_name, '/');
        if (slash && (slash != entry->fts_name || slash[1])) {
            entry->fts_namelen -= (size_t)(slash + 1 - entry->fts_name);
            entry->fts_name += slash + 1 - entry->fts_name;
        }
        fts->dev = entry->fts_dev;
    }
    return entry;
}

/* Behind `entry`, which is done with: the next one, or what it was in. */
static FTSENT *go_on(FTS *fts, FTSENT *entry)
{
    FTSENT *next;

    for (;;) {
        FTSENT *parent = entry->fts_parent;
        next = entry->fts_link;
        free(entry);
        if (!next) {
            fts->current = parent;
            if (parent == fts->top) {
                fts->has_ended = true;
                errno = 0;
                return NULL;
            }
            parent->fts_info = parent->fts_errno ? FTS_ERR : FTS_DP;
            return parent;
        }
        if (next->fts_instr != FTS_SKIP)
            return give(fts, next);
        entry = next;
    }
}

static void drop_below(FTS *fts)
{
    free_list(fts->below);
    fts->below = NULL;
    fts->is_below_known = false;
}

FTSENT *fts_read(FTS *fts)
{
    FTSENT *entry = fts->current;

    if (fts->has_ended) {
        errno = 0;
        return NULL;
    }
    int instruction = entry->fts_instr;
    entry->fts_instr = FTS_NOINSTR;
    bool is_link = entry->fts_info == FTS_SL || entry->fts_info == FTS_SLNONE;
    if (instruction == FTS_AGAIN || (instruction == FTS_FOLLOW && is_link)) {
        drop_below(fts);
        look(entry, instruction == FTS_FOLLOW || fts->options & FTS_LOGICAL);
        return entry;
    }
    if (entry->fts_info != FTS_D)
        return go_on(fts, entry);
    if (instruction == FTS_SKIP ||
        (fts->options & FTS_XDEV && entry != fts->top &&
         entry->fts_dev != fts->dev)) {
        drop_below(fts);
        entry->fts_info = FTS_DP;
        return entry;
    }
    if (!fts->is_below_known) {
        free_list(fts->below);
        fts->below = children(fts, entry, false);
    }
    FTSENT *first = fts->below;
    fts->below = NULL;
    fts->is_below_known = false;
    while (first && first->fts_instr == FTS_SKIP) {
        FTSENT *next = first->fts_link;
        free(first);
        first = next;
    }
    if (first)
        return give(fts, first);
    if (entry == fts->top) {
        fts->has_ended = true;
        errno = 0;
        return NULL;
    }
    if (entry->fts_info == FTS_D) /* empty, not unreadable */
        entry->fts_info = FTS_DP;
    return entry;
}

FTSENT *fts_children(FTS *fts, int options)
{
    if (options && options != FTS_NAMEONLY) {
        errno = EINVAL;
        return NULL;
    }
    errno = 0;
    if (fts->has_ended || fts->current->fts_info != FTS_D)
        return NULL;
    if (fts->current == fts->top)
        return fts->below;
    drop_below(fts);
    fts->below = children(fts, fts->current, options & FTS_NAMEONLY);
    /* Names alone are not enough to go on with. */
    fts->is_below_known = fts->below && !options;
    return fts->below;
}

int fts_set(FTS *fts, FTSENT *entry, int instruction)
{
    (void)fts;
    if (instruction && instruction != FTS_AGAIN && instruction != FTS_FOLLOW &&
        instruction != FTS_NOINSTR && instruction != FTS_SKIP) {
        errno = EINVAL;
        return -1;
    }
    entry->fts_instr = (unsigned short)instruction;
    return 0;
}

int fts_close(FTS *fts)
{
    FTSENT *entry = fts->current;

    free_list(fts->below);
    while (entry && entry != fts->top) {
        FTSENT *parent = entry->fts_parent;
        free_list(entry); /* and the siblings behind it */
        entry = parent;
    }
    free(fts->top);
    free(fts);
    return 0;
}
