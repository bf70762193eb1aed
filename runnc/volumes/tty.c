/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The terminal as a file: mode and window size (uni_9p.h). The kernel's
 * struct, not libc's, which is longer: <asm/termbits.h>.
 */
#include "runnc/volumes/host.h"
#include "runnc/volumes/serve.h"

#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <sys/ioctl.h>

_Static_assert(sizeof(struct termios) == P9_TTY_TERMIOS_SIZE, "termios");

long tty_read(const struct server *server, void *buf, size_t len,
              uint64_t offset)
{
    struct p9_tty tty = {0};
    struct {
        uint16_t rows, columns, x_pixels, y_pixels;
    } size;
    if (offset)
        return 0;
    if (len < sizeof tty)
        return -EINVAL;
    if (ioctl(server->tty, TCGETS, &tty) < 0 ||
        ioctl(server->tty, TIOCGWINSZ, &size) < 0)
        return -errno;
    memcpy(&tty.rows, &size, sizeof size);
    memcpy(buf, &tty, sizeof tty);
    return sizeof tty;
}

long tty_write(const struct server *server, const void *buf, size_t len,
               uint64_t offset)
{
    static const unsigned long requests[] = {TCSETS, TCSETSW, TCSETSF};
    struct termios termios;
    if (offset > 2 || len != sizeof termios)
        return -EINVAL;
    memcpy(&termios, buf, sizeof termios);
    if (ioctl(server->tty, requests[offset], &termios) < 0)
        return -errno;
    return (long)len;
}

static struct termios saved;
static bool is_saved;

void tty_save(int tty)
{
    is_saved = ioctl(tty, TCGETS, &saved) == 0;
}

void tty_restore(int tty)
{
    if (is_saved)
        (void)ioctl(tty, TCSETS, &saved);
}
