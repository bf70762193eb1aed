/* SPDX-License-Identifier: Apache-2.0 */
/* asm-generic/ioctls.h, asm-generic/termios.h */
#ifndef _SYS_IOCTL_H
#define _SYS_IOCTL_H
#include <linux/sockios.h>
#include <sys/cdefs.h>
#define TCGETS 0x5401
#define TCSETS 0x5402
#define TCSETSW 0x5403
#define TCSETSF 0x5404
#define TCSBRK 0x5409
#define TCXONC 0x540a
#define TCFLSH 0x540b
#define TIOCEXCL 0x540c
#define TIOCNXCL 0x540d
#define TIOCSCTTY 0x540e
#define TIOCGPGRP 0x540f
#define TIOCSPGRP 0x5410
#define TIOCOUTQ 0x5411
#define TIOCSTI 0x5412
#define TIOCGWINSZ 0x5413
#define TIOCSWINSZ 0x5414
#define TIOCMGET 0x5415
#define TIOCINQ 0x541b
#define FIONREAD TIOCINQ
#define FIONBIO 0x5421
#define TIOCNOTTY 0x5422
#define TIOCGSID 0x5429
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
#define FIOASYNC 0x5452
#define BLKROGET 0x125e
#define BLKGETSIZE 0x1260
#define BLKFLSBUF 0x1261
#define BLKSSZGET 0x1268
#define BLKBSZGET 0x80081270
#define BLKGETSIZE64 0x80081272
/* asm-generic/ioctl.h */
#define _IOC_NONE 0u
#define _IOC_WRITE 1u
#define _IOC_READ 2u
#define _IOC(dir, type, number, size)                                          \
    ((dir) << 30 | (unsigned)(size) << 16 | (unsigned)(type) << 8 |            \
     (unsigned)(number))
#define _IO(type, number) _IOC(_IOC_NONE, type, number, 0)
#define _IOR(type, number, arg) _IOC(_IOC_READ, type, number, sizeof(arg))
#define _IOW(type, number, arg) _IOC(_IOC_WRITE, type, number, sizeof(arg))
#define _IOWR(type, number, arg)                                               \
    _IOC(_IOC_READ | _IOC_WRITE, type, number, sizeof(arg))
struct winsize {
    unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel;
};
__BEGIN_DECLS
int ioctl(int fd, unsigned long request, ...);
__END_DECLS
#endif
