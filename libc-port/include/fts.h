/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file tree as a stream: man 3 fts. The walk never changes the working
 * directory, with FTS_NOCHDIR or without: fts_accpath is fts_path.
 */
#ifndef _FTS_H
#define _FTS_H

#include <sys/cdefs.h>
#include <sys/stat.h>
#include <sys/types.h>

typedef struct _ftsent {
    struct _ftsent *fts_cycle;  /* FTS_DC: the directory it is */
    struct _ftsent *fts_parent; /* level -1 above what was asked for */
    struct _ftsent *fts_link;   /* the next of this directory */
    long fts_number;            /* the program's */
    void *fts_pointer;          /* the program's */
    char *fts_accpath;
    char *fts_path;
    int fts_errno;
    size_t fts_pathlen;
    size_t fts_namelen;
    ino_t fts_ino;
    dev_t fts_dev;
    nlink_t fts_nlink;
    short fts_level;
    unsigned short fts_info;  /* FTS_D ... */
    unsigned short fts_flags; /* ours */
    unsigned short fts_instr; /* fts_set */
    struct stat *fts_statp;
    char *fts_name;
} FTSENT;

typedef struct _fts FTS;

#define FTS_ROOTPARENTLEVEL (-1)
#define FTS_ROOTLEVEL 0

/* fts_open */
#define FTS_COMFOLLOW 0x001 /* links that were asked for are followed */
#define FTS_LOGICAL 0x002   /* all are */
#define FTS_NOCHDIR 0x004
#define FTS_NOSTAT 0x008 /* FTS_NSOK where the type is known without */
#define FTS_PHYSICAL 0x010
#define FTS_SEEDOT 0x020
#define FTS_XDEV 0x040 /* stay on the device */
#define FTS_WHITEOUT 0x080
#define FTS_OPTIONMASK 0x0ff
#define FTS_NAMEONLY 0x100 /* fts_children */

/* fts_info */
#define FTS_D 1
#define FTS_DC 2
#define FTS_DEFAULT 3
#define FTS_DNR 4
#define FTS_DOT 5
#define FTS_DP 6
#define FTS_ERR 7
#define FTS_F 8
#define FTS_INIT 9
#define FTS_NS 10
#define FTS_NSOK 11
#define FTS_SL 12
#define FTS_SLNONE 13
#define FTS_W 14

/* fts_set */
#define FTS_AGAIN 1
#define FTS_FOLLOW 2
#define FTS_NOINSTR 3
#define FTS_SKIP 4

__BEGIN_DECLS
FTS *fts_open(char *const *paths, int options,
              int (*compare)(const FTSENT **, const FTSENT **));
FTSENT *fts_read(FTS *fts);
FTSENT *fts_children(FTS *fts, int options);
int fts_set(FTS *fts, FTSENT *entry, int instruction);
int fts_close(FTS *fts);
__END_DECLS

#endif
