/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot info: what the tender tells the guest about its machine. Lies at
 * UNI_BOOT_ADDR, read-only for the guest, written by the tender before entry
 * and never again. Offsets are bytes from the start of struct uni_boot and
 * lie, with what they point to, below `size`.
 */
#ifndef UNI_ABI_BOOT_H
#define UNI_ABI_BOOT_H

#include <stdint.h>

#define UNI_BOOT_MAGIC 0x00494e55u /* "UNI\0" */

enum uni_cage {
    UNI_CAGE_SECCOMP = 0,
    UNI_CAGE_KVM = 1,
};

enum uni_boot_flag {
    UNI_BOOT_TTY_IN = 1 << 0,  /* handle 0 is a terminal */
    UNI_BOOT_TTY_OUT = 1 << 1, /* handle 1 is */
    UNI_BOOT_TTY_ERR = 1 << 2, /* handle 2 is */
    UNI_BOOT_XSAVE = 1 << 3,   /* XSAVE, XRSTOR, XGETBV work in the guest */
};

enum uni_class {
    UNI_CLASS_CONSOLE = 0,
    UNI_CLASS_NET = 1,
    UNI_CLASS_BLOCK = 2,
    UNI_CLASS_STREAM = 3,
    UNI_CLASS_CORE = 4, /* write-only sink for a core dump; may be absent */
};

enum uni_device_flag {
    UNI_DEVICE_READONLY = 1 << 0, /* BLOCK: pwrite gives -EBADF */
};

/* Offload bits of a NET device; source: TUNSETOFFLOAD in linux/if_tun.h. */
enum uni_net_offload {
    UNI_NET_CSUM = 1 << 0, /* partial checksums cross, both ways */
    UNI_NET_TSO4 = 1 << 1, /* TCP/IPv4 segments up to 64 KiB, both ways */
    UNI_NET_TSO6 = 1 << 2, /* TCP/IPv6 likewise */
};

#define UNI_NAME_MAX 24u /* bytes with the closing NUL; [a-z0-9_-]{1,23} */

struct uni_block_info {
    uint64_t capacity;   /* bytes, multiple of block_size */
    uint32_t block_size; /* bytes, power of two, 512..4096 */
    uint32_t pad;        /* 0 */
};
_Static_assert(sizeof(struct uni_block_info) == 16, "uni_block_info: ABI 1");

struct uni_net_info {
    uint8_t mac[6];        /* the guest's own address */
    uint16_t vnet_hdr_len; /* bytes before each frame, 0, 10 or 12:
                              struct virtio_net_hdr (virtio 1.2 s5.1.6),
                              little endian */
    uint32_t mtu;          /* bytes of an IP packet, 68..65535 */
    uint32_t offloads;     /* enum uni_net_offload */
};
_Static_assert(sizeof(struct uni_net_info) == 16, "uni_net_info: ABI 1");

struct uni_device {
    uint32_t cls;            /* enum uni_class; never CONSOLE */
    uint32_t handle;         /* > 2 */
    uint32_t handle_durable; /* BLOCK: O_DSYNC twin; others: = handle */
    uint32_t flags;          /* enum uni_device_flag */
    char name[UNI_NAME_MAX]; /* as in the manifest, NUL padded */
    union {
        struct uni_block_info block;
        struct uni_net_info net;
        uint64_t raw[4];
    } u;
};
_Static_assert(sizeof(struct uni_device) == 72, "uni_device: ABI 1");

enum uni_clock_flag {
    /* vdso_gettime may be called: int (int32_t id, struct uni_timespec *);
     * System V convention, at most 4 KiB of stack, result 0 or below; when it
     * gives anything but 0 the caller uses UNI_CLOCK from then on. */
    UNI_CLOCK_VDSO = 1 << 0,
    /* ns = monotonic_base + ((rdtsc - tsc_base) * tsc_mult >> tsc_shift),
     * the product in 128 bits; drifts against the host by parts per million:
     * take a new base from UNI_CLOCK now and then. */
    UNI_CLOCK_TSC = 1 << 1,
};

struct uni_clock_info {
    uint32_t flags;         /* enum uni_clock_flag; 0: only UNI_CLOCK */
    uint32_t tsc_shift;     /* 0..63 */
    uint64_t tsc_mult;      /* ns per tick, times 2^tsc_shift */
    uint64_t tsc_base;      /* ticks */
    int64_t monotonic_base; /* ns of CLOCK_MONOTONIC at tsc_base */
    int64_t realtime_base;  /* ns of CLOCK_REALTIME at tsc_base */
    uint64_t vdso_gettime;  /* address, or 0 */
};
_Static_assert(sizeof(struct uni_clock_info) == 48, "uni_clock_info: ABI 1");

struct uni_boot {
    uint32_t magic;       /* UNI_BOOT_MAGIC */
    uint32_t abi_version; /* UNI_ABI_VERSION of the tender */
    uint64_t size;        /* bytes of boot info, this struct included */
    uint32_t cage;        /* enum uni_cage */
    uint32_t flags;       /* enum uni_boot_flag */
    uint32_t vcpu_count;  /* 1 */
    uint32_t tick_ns;     /* period of the preemption tick in CPU time, or 0 */
    uint64_t arena_addr;  /* UNI_ARENA_ADDR */
    uint64_t arena_size;  /* bytes, multiple of the page size */

    /* argv and environment: NUL-terminated strings, one after the other.
     * argv[0] is the image's path as given. */
    uint32_t argc;
    uint32_t argv_off;
    uint32_t envc;
    uint32_t env_off;
    /* "key=value" strings the tender hands on without reading them, such as
     * network addresses and host name; keys in docs/abi.md. */
    uint32_t confc;
    uint32_t conf_off;

    uint32_t device_count;
    uint32_t device_off; /* struct uni_device[device_count], 8-aligned */

    uint16_t tty_rows;    /* of the first terminal among the handles, or 0 */
    uint16_t tty_columns; /* likewise */
    uint32_t xsave_size;  /* bytes XSAVE writes with all of XCR0 set; or 0 */

    /*
     * An upcall that interrupts at an address in [poll_begin, poll_commit]
     * found the guest in UNI_POLL before the host knows of it; the guest
     * makes the call return -EINTR by resuming at poll_abort.
     */
    uint64_t poll_begin;
    uint64_t poll_commit;
    uint64_t poll_abort;

    struct uni_clock_info clock;
    uint8_t seed[64]; /* from the host's getrandom(2), fresh for each start */
};
_Static_assert(sizeof(struct uni_boot) == 224, "uni_boot: ABI 1");

#endif
