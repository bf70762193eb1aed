/* SPDX-License-Identifier: Apache-2.0 */
/*
 * init, the container's first process. It is forked by `create`, makes the
 * container from inside, waits for `start`, and becomes the tender.
 *
 * With create it speaks over a pair of sockets, a struct init_msg at a time:
 *   create: GO      the state knows its pid, and the cgroups are there: it
 *                   enters them first
 *   init:   HOOKS   namespaces and mounts are there: time for the engine's
 *   create: GO      its hooks have run
 *   init:   READY   it waits for start; with what the image says
 * or, from init at any time, FAILED with the reason. When create dies, init
 * sees the socket's end and dies as well.
 *
 * start connects to the listening socket in the state directory. init sends it
 * one byte with its network and its user namespace; start sends one byte with a
 * memory file of strings and descriptors: arguments for the tender. init
 * answers with a text if it fails; the connection's end without one says that
 * the tender has taken over.
 */
#ifndef RUNNC_INIT_H
#define RUNNC_INIT_H

#include "runnc/net.h"
#include "runnc/ns.h"
#include "runnc/runnc.h"

#define INIT_FDS_MAX (NET_ARG_MAX + 1) /* of one message */

enum init_msg_kind { INIT_GO = 1, INIT_HOOKS, INIT_READY, INIT_FAILED };

struct init_msg {
    enum init_msg_kind kind;
    struct err err;          /* FAILED */
    struct image_info image; /* READY */
};

/* Descriptors that init is given; all close-on-exec. */
struct init_args {
    struct container *container;
    struct ns_plan *plan;
    int sync_fd;   /* init's end of the pair */
    int listen_fd; /* where start comes */
    int tender_fd; /* the program */
    int files_fd;  /* the file server's program, or -1 */
    int programs;  /* their folder, or -1; to be closed at once */
    int kvm_fd;    /* from init_outside(), or -1 */
    int preserve;  /* descriptors above 2 for the process: not for a guest */
};

_Noreturn void init_run(struct init_args *args);

/* First of all, by init itself or by the stage (userns.h): what takes the
 * rights of outside. */
int init_outside(struct init_args *args, struct err *err);

int init_send(int fd, const struct init_msg *msg, struct err *err);
/* -EPIPE: the other side is gone. */
int init_receive(int fd, struct init_msg *msg, struct err *err);

/* A byte with descriptors: 1 to INIT_FDS_MAX of them. What is received is
 * close-on-exec and the caller's; returns how many, at most max. */
int init_send_fds(int conn, const int *fds, size_t count, struct err *err);
int init_receive_fds(int conn, int *fds, size_t max, struct err *err);

#endif
