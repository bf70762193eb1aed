/* SPDX-License-Identifier: Apache-2.0 */
/* init's last steps: waits for start, gives everything up, becomes the tender.
 */
#ifndef RUNNC_LAUNCH_H
#define RUNNC_LAUNCH_H

#include "runnc/runnc.h"

struct launch {
    struct container *container; /* with its spec */
    char *path;                  /* of the image, in the container */
    int image_fd, tender_fd, files_fd, kvm_fd;
    int ns_fds[2];  /* network and user namespace, for start */
    int proc_fds;   /* O_PATH: our descriptors in procfs, while created */
    int nowhere_fd; /* for mounts_vanish() */
};

_Noreturn void launch_wait(struct launch *launch, int listen_fd);

#endif
