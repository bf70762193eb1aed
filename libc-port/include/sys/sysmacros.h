/* SPDX-License-Identifier: Apache-2.0 */
/* Linux's encoding of device numbers: man 3 makedev, linux/kdev_t.h. */
#ifndef _SYS_SYSMACROS_H
#define _SYS_SYSMACROS_H

#define makedev(major, minor)                                                  \
    ((((unsigned long)(major)&0xfffff000ul) << 32) |                           \
     (((unsigned long)(major)&0xffful) << 8) |                                 \
     (((unsigned long)(minor)&0xffffff00ul) << 12) |                           \
     ((unsigned long)(minor)&0xfful))
#define major(dev)                                                             \
    ((unsigned)(((unsigned long)(dev) >> 32 & 0xfffff000ul) |                  \
                ((unsigned long)(dev) >> 8 & 0xffful)))
#define minor(dev)                                                             \
    ((unsigned)(((unsigned long)(dev) >> 12 & 0xffffff00ul) |                  \
                ((unsigned long)(dev)&0xfful)))

#endif
