/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One random call on the libOS's VFS and the same one on the host, for
 * tests/unit/vfs_model.c: results are compared, a difference ends the test.
 */
#ifndef TESTS_VFS_OPS_H
#define TESTS_VFS_OPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct linux_stat;

/* Deep, so that ".." does not leave it. */
#define DEPTH_PATH "d1/d2/d3/d4/d5/d6"
#define SLOTS 6

extern char work_dir[256]; /* the host's tree */
extern bool is_tmpfs;      /* the host's file system counts links as ours */
extern bool is_union;      /* of two layers and what is written */
extern uint64_t random_state;
extern int fds[SLOTS], real_fds[SLOTS]; /* -1: closed */

/* The calls since the start, for who has to find out why. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));
void forget_notes(void);
void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Both results as the libOS gives them; the host's -1 is -errno. */
long same(long ours, long theirs);
void same_stat(const struct linux_stat *st, const struct stat *real);
void close_slot(unsigned slot);
void run_one(void);

#endif
