/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract between a guest and its tender, ABI 1: memory map, the seven
 * calls, exit statuses. Every number here is fixed for the life of ABI 1.
 *
 * The guest is one static ELF64 for x86-64. The tender maps its PT_LOAD
 * segments at p_vaddr, fills the hypercall page and the boot info, and enters
 * e_entry with
 *     rdi = UNI_BOOT_ADDR, rsp = top of the arena (16-byte aligned, the page
 *     below it is usable), rflags.DF = 0, fs base = gs base = 0,
 *     mxcsr = 0x1f80, x87 control word = 0x37f, all else unspecified.
 * Guest-virtual, guest-physical and tender-virtual addresses are equal.
 * No mapping changes after entry. Nothing is writable and executable.
 */
#ifndef UNI_ABI_UNI_H
#define UNI_ABI_UNI_H

#include <stdint.h>

#define UNI_ABI_VERSION 1u

/* Memory map: addresses and sizes in bytes, all page aligned. */
#define UNI_PAGE_SIZE 4096ull
#define UNI_HC_ADDR 0x10000ull        /* r-x, one page; tender writes */
#define UNI_BOOT_ADDR 0x11000ull      /* r--, struct uni_boot; tender writes */
#define UNI_BOOT_MAX_SIZE 0x1ef000ull /* boot info ends below 0x200000 */
#define UNI_UPCALL_STACK_ADDR 0x201000ull /* rw-; the page below is a hole */
/* Large: ticks and faults are not masked, and frames with vector registers
 * take kilobytes. Touched only as deep as they nest. */
#define UNI_UPCALL_STACK_SIZE 0x100000ull
#define UNI_IMAGE_MIN 0x400000ull       /* lowest p_vaddr of a segment */
#define UNI_IMAGE_ADDR 0x70000000ull    /* where our own images are linked */
#define UNI_META_ADDR 0xf00000000ull    /* symbols, configuration (r--) */
#define UNI_ROOTFS_ADDR 0x1000000000ull /* root file system (r--) */
#define UNI_ARENA_ADDR 0x2000000000ull  /* rw-, zeroed, demand-paged */
#define UNI_ARENA_MAX_SIZE 0x2000000000ull
#define UNI_ADDR_MAX (1ull << 39) /* first address a guest can't have */

/*
 * The hypercall page. Entry n starts at UNI_HC_ADDR + n * UNI_HC_STRIDE and
 * is called like a System V C function: arguments in rdi, rsi, rdx, rcx,
 * result in rax; clobbers rax, rcx, rdx, rsi, rdi, r8-r11 and rflags' status
 * bits, keeps all else (callee-saved, vector and x87 registers).
 */
#define UNI_HC_STRIDE 128u
enum uni_call {
    UNI_EXIT = 0,
    UNI_CLOCK = 1,
    UNI_POLL = 2,
    UNI_READ = 3,
    UNI_WRITE = 4,
    UNI_PREAD = 5,
    UNI_PWRITE = 6,
    UNI_CALL_COUNT = 7,
};
_Static_assert(UNI_CALL_COUNT *UNI_HC_STRIDE <= UNI_PAGE_SIZE,
               "the seven entries fit the hypercall page");

/*
 * Limits of one call. More ends the guest: status UNI_STATUS_DENIED.
 */
#define UNI_IO_MAX (16ull << 20) /* bytes of one read/write/pread/pwrite */
#define UNI_POLL_MAX 64u         /* entries of one poll */

/* Linux x86-64 values; source: man 2 poll, man 2 clock_gettime. */
struct uni_pollfd {
    int32_t handle;   /* from boot info; negative: skipped */
    uint16_t events;  /* UNI_POLL*; guest writes */
    uint16_t revents; /* UNI_POLL*; tender (host kernel) writes */
};
_Static_assert(sizeof(struct uni_pollfd) == 8, "uni_pollfd: ABI 1");
#define UNI_POLLIN 0x001
#define UNI_POLLOUT 0x004
#define UNI_POLLERR 0x008
#define UNI_POLLHUP 0x010

struct uni_timespec {
    int64_t sec;  /* seconds */
    int64_t nsec; /* 0..999,999,999 */
};
_Static_assert(sizeof(struct uni_timespec) == 16, "uni_timespec: ABI 1");
#define UNI_CLOCK_REALTIME 0u
#define UNI_CLOCK_MONOTONIC 1u

/*
 * The calls' contracts. A result below zero is minus a Linux errno.
 *
 * Handles 0, 1, 2 are the console (in, out, error output). The devices'
 * handles are in boot info; all BLOCK handles are larger than all others.
 * A handle of the wrong class, a length over UNI_IO_MAX, a clock id over 1,
 * more than UNI_POLL_MAX entries, or a write past a block device's capacity
 * ends the guest with UNI_STATUS_DENIED. A pointer outside of the guest or
 * without the access needed: -EFAULT; where a part is the guest's, that part
 * may be transferred.
 *
 * UNI_EXIT(status): status 0..255, larger ones are cut to 8 bits. No return.
 * UNI_CLOCK(id, ts): fills *ts. Returns 0.
 * UNI_POLL(pollfds, n, timeout): waits until a handle is ready, the relative
 *     timeout (NULL: none) is over, or a host signal came: number ready, 0,
 *     or -EINTR. n may be 0.
 * UNI_READ(handle, buf, len): CONSOLE, STREAM: bytes, 0 at the end; may block
 *     on the console. NET: one frame or -EAGAIN, a longer frame is cut.
 * UNI_WRITE(handle, buf, len): bytes taken; NET: one whole frame or -EAGAIN.
 * UNI_PREAD(handle, buf, len, offset): BLOCK: bytes, short only at the end of
 *     the device; len and offset are multiples of the block size.
 * UNI_PWRITE(handle, buf, len, offset): likewise. -EBADF on a read-only one.
 */

/* Exit statuses of the tender as a process. */
enum uni_status {
    /* 0..124: the guest's own */
    UNI_STATUS_REFUSED = 125, /* bad command line or image; nothing ran */
    UNI_STATUS_HOST = 126,    /* the host lacks or forbids something */
    UNI_STATUS_FAULT = 139,   /* 128 + SIGSEGV; 128 + n for signal n */
    UNI_STATUS_DENIED = 159,  /* 128 + SIGSYS: broke the calls' contract */
    UNI_STATUS_ASSERT = 255,  /* the libOS found itself inconsistent */
};

#endif
