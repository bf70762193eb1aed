/* SPDX-License-Identifier: Apache-2.0 */
/* Between proc.c (inodes, files) and proc_text.c (what they say). */
#ifndef LIBOS_PROC_H
#define LIBOS_PROC_H

#include "vfs.h"

/* Grows past `size` without being written: then it is made again, larger. */
struct text {
    char *buf;
    size_t size, len;
};
void text_add(struct text *text, const void *data, size_t len);
void text_print(struct text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct proc_entry {
    const char *name; /* NULL ends a table */
    unsigned mode;
    const struct proc_entry *children; /* directories */
    void (*fill)(struct text *text);   /* files */
    int (*write)(const char *value, size_t len);
    const char *link;                       /* symlinks: their text, */
    int (*jump)(struct inode **target);     /* or where they lead; */
    long (*missing)(char *buf, size_t len); /* their text where it is not */
    bool lists_fds;
};
extern const struct proc_entry proc_root;
/* The directory of an entry; NULL for the root. */
const struct proc_entry *proc_parent(const struct proc_entry *entry);

/* vm.c: mappings for /proc/self/maps, ascending; false at the end. */
struct vm_map {
    uintptr_t start, end;
    int prot;
    bool is_shared;
};
bool vm_next_map(uintptr_t from, struct vm_map *map);

#endif
