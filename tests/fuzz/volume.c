/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A guest that says anything to the file server: the input is a stream of
 * messages. Answers keep to their size, and nothing outside of the folder
 * that is served changes.
 * objs: runnc/volumes/serve.c runnc/volumes/msg.c runnc/volumes/fids.c
 * runnc/volumes/ops_fid.c runnc/volumes/ops_file.c runnc/volumes/ops_name.c
 * runnc/volumes/tty.c
 */
#include "runnc/volumes/host.h"
#include "runnc/volumes/serve.h"

#include <limits.h>
#include <stdlib.h>

static struct server server = {.stream = -1, .tty = -1};
static char outside[PATH_MAX + 16];

static void must(bool is_so)
{
    if (!is_so)
        abort();
}

/* A tree with a way out of it, for who follows links or goes up. */
static void set_up(void)
{
    static char top[PATH_MAX];
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(top, sizeof top, "%s/volume.XXXXXX", tmp ? tmp : "/tmp");
    must(mkdtemp(top) && chdir(top) == 0 && mkdir("in", 0700) == 0);
    must(mkdir("in/d", 0700) == 0 && symlink("../..", "in/d/up") == 0);
    (void)snprintf(outside, sizeof outside, "%s/outside", top);
    must(close(open(outside, O_CREAT | O_WRONLY, 0600)) == 0);
    must(symlink(outside, "in/link") == 0);
    must(close(open("in/f", O_CREAT | O_WRONLY, 0600)) == 0);
    server.proc_fds = open("/proc/self/fd", O_PATH | O_DIRECTORY);
    server.export[0] = (struct export){"/rw", open("in", O_PATH), false, false};
    server.export[1] = (struct export){"/ro", open("in", O_PATH), true, true};
    server.export_count = 2;
    must(server.proc_fds >= 0 && server.export[0].fd >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t answer[P9_MSIZE_MAX + 65536];
    struct stat st;
    if (server.export_count == 0)
        set_up();
    server.msize = 0;
    fid_end_all();
    while (size >= P9_HEAD) {
        uint32_t len;
        memcpy(&len, data, sizeof len);
        if (len < P9_HEAD || len > size)
            break;
        const uint8_t *msg = data + sizeof len;
        size_t max = serve_answer_max(&server, msg, len - sizeof len);
        size_t got = serve_message(&server, msg, len - sizeof len, answer);
        uint32_t said;
        memcpy(&said, answer, sizeof said);
        must(got >= P9_HEAD && got <= max && said == got);
        must(answer[4] == P9_RLERROR || answer[4] == msg[0] + 1);
        must(!memcmp(answer + 5, msg + 1, 2)); /* the tag */
        data += len;
        size -= len;
    }
    must(stat(outside, &st) == 0 && st.st_size == 0 && st.st_nlink == 1 &&
         (st.st_mode & 07777) == 0600);
    return 0;
}
