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
    int proc_fds; /* O_PATH: our descriptors in procfs, while created */
};

_Noreturn void launch_wait(struct launch *launch, int listen_fd);

#endif
