/* SPDX-License-Identifier: Apache-2.0 */
/* Between wordexp.c (words) and wordexp_value.c (what begins with $). */
#ifndef LIBC_TREE_WORDEXP_H
#define LIBC_TREE_WORDEXP_H

#include <stdbool.h>
#include <stddef.h>

/* A growing pattern: quoted characters carry a backslash, until glob or the
 * end takes it off. */
struct word {
    char *text; /* NULL: no word has begun */
    size_t len, size;
};

struct expansion {
    struct word word; /* the one that is being made */
    char **list;      /* those that are done */
    size_t count, room;
    int flags;      /* WRDE_* */
    unsigned depth; /* of ${a:-${b:-...}} */
};

#define WORDEXP_DEPTH_MAX 32

/* 0 or a WRDE_ error, all of them. */
int __libc_word_add(struct expansion *e, char c, bool is_quoted);
/* Text whose blanks separate words, unless it is quoted. */
int __libc_word_add_value(struct expansion *e, const char *value,
                          bool is_quoted);
/* Text as a word of its own, nothing of it special. */
int __libc_word_end(struct expansion *e);
/* Expands up to one of `stop` that is not quoted; *at moves there. */
int __libc_word_expand(struct expansion *e, const char **at, const char *stop,
                       bool is_quoted);
/* *at is at a '$' and moves behind what it begins. */
int __libc_word_dollar(struct expansion *e, const char **at, bool is_quoted);

#endif
