/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seven calls in the kvm cage. Each checks what the seccomp filter checks
 * in the other cage, so that a guest ends alike in both, then the pointers,
 * which there the kernel checks.
 */
#include "tender/host.h"
#include "tender/kvm.h"
#include "uni.h"

_Static_assert(sizeof(struct uni_pollfd) == sizeof(struct pollfd), "pollfd");
_Static_assert(sizeof(struct uni_timespec) == sizeof(struct timespec), "time");

#define NO_SUCH_FD 0x7fffffff /* larger than any: POLLNVAL */

/* The only way from a guest's number to memory; ends a guest that lies. */
static void *gmem_ptr(const struct guest *guest, gaddr_t addr, uint64_t len,
                      uint32_t access)
{
    void *ptr = gmem_find(&guest->gmem, addr, len, access);
    if (!ptr && len)
        kvm_end(UNI_STATUS_FAULT, "%lu bytes at %#lx are not %s guest memory",
                len, addr.value, access & GMEM_WRITE ? "writable" : "readable");
    return ptr;
}

__attribute__((noreturn)) static void deny(const char *call, const char *what,
                                           uint64_t value)
{
    kvm_end(UNI_STATUS_DENIED, "%s: %s %#lx is against the contract", call,
            what, value);
}

static int64_t result(int64_t rc)
{
    return rc < 0 ? -errno : rc;
}

static int64_t call_exit(struct kvm_cage *cage, const struct kvm_regs *regs)
{
    (void)cage;
    _exit((int)(regs->rdi & 0xff));
}

static int64_t call_clock(struct kvm_cage *cage, const struct kvm_regs *regs)
{
    uint32_t id = (uint32_t)regs->rdi;
    if (id > UNI_CLOCK_MONOTONIC)
        deny("clock", "id", id);
    struct timespec *ts =
        gmem_ptr(cage->guest, (gaddr_t){regs->rsi}, sizeof *ts, GMEM_WRITE);
    return result(clock_gettime((clockid_t)id, ts));
}

static int64_t call_poll(struct kvm_cage *cage, const struct kvm_regs *regs)
{
    const struct guest *guest = cage->guest;
    uint32_t count = (uint32_t)regs->rsi;
    struct pollfd own[UNI_POLL_MAX];
    struct timespec timeout;

    if (count > UNI_POLL_MAX)
        deny("poll", "count", count);
    struct uni_pollfd *fds =
        gmem_ptr(guest, (gaddr_t){regs->rdi}, count * sizeof *fds,
                 GMEM_READ | GMEM_WRITE);
    if (regs->rdx)
        memcpy(&timeout,
               gmem_ptr(guest, (gaddr_t){regs->rdx}, sizeof timeout, GMEM_READ),
               sizeof timeout);
    for (uint32_t i = 0; i < count; i++) {
        own[i].fd = fds[i].handle;
        own[i].events = (short)fds[i].events;
        if (fds[i].handle >= (int32_t)guest->devices.handle_count)
            own[i].fd = NO_SUCH_FD; /* the machine's are above the guest's */
    }
    int rc = kvm_ppoll(own, count, regs->rdx ? &timeout : NULL);
    for (uint32_t i = 0; rc >= 0 && i < count; i++)
        fds[i].revents = (uint16_t)own[i].revents;
    return rc;
}

/* What read and write share: the class of the handle, and the length. */
static void check_stream(const struct guest *guest, const char *call,
                         const struct kvm_regs *regs)
{
    if ((uint32_t)regs->rdi >= guest->devices.first_block)
        deny(call, "handle", (uint32_t)regs->rdi);
    if (regs->rdx > UNI_IO_MAX)
        deny(call, "length", regs->rdx);
}

static int64_t call_read(struct kvm_cage *cage, const struct kvm_regs *regs)
{
    check_stream(cage->guest, "read", regs);
    int fd = (int)regs->rdi;
    void *buf =
        gmem_ptr(cage->guest, (gaddr_t){regs->rsi}, regs->rdx, GMEM_WRITE);
    if (fd <= STDERR_FILENO) { /* may block: let a signal end it */
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (read(fd, buf, 0) < 0) /* an output never gets ready to read */
            return -errno;
        int rc = kvm_ppoll(&wait, 1, NULL);
        if (rc < 0)
            return rc;
    }
    return result(read(fd, buf, regs->rdx));
}

static int64_t call_write(struct kvm_cage *cage, const struct kvm_regs *regs)
{
    check_stream(cage->guest, "write", regs);
    const void *buf =
        gmem_ptr(cage->guest, (gaddr_t){regs->rsi}, regs->rdx, GMEM_READ);
    return result(write((int)regs->rdi, buf, regs->rdx));
}

static void check_block(const struct guest *guest, const char *call,
                        const struct kvm_regs *regs)
{
    uint32_t handle = (uint32_t)regs->rdi;
    if (handle < guest->devices.first_block ||
        handle >= guest->devices.handle_count)
        deny(call, "handle", handle);
    if (regs->rdx > UNI_IO_MAX)
        deny(call, "length", regs->rdx);
}

/* A writable device ends at its capacity; a file would grow. */
static void check_end(const struct guest *guest, const struct kvm_regs *regs)
{
    for (uint32_t i = 0; i < guest->devices.count; i++) {
        const struct uni_device *info = &guest->devices.device[i].info;
        if (info->cls != UNI_CLASS_BLOCK || info->flags & UNI_DEVICE_READONLY ||
            (info->handle != (uint32_t)regs->rdi &&
             info->handle_durable != (uint32_t)regs->rdi))
            continue;
        uint64_t end;
        if (regs->rcx >> 63 ||
            __builtin_add_overflow(regs->rcx, regs->rdx, &end) ||
            end > info->u.block.capacity)
            deny("pwrite", "offset", regs->rcx);
    }
}

static int64_t call_pread(struct kvm_cage *cage, const struct kvm_regs *regs)
{
    check_block(cage->guest, "pread", regs);
    void *buf =
        gmem_ptr(cage->guest, (gaddr_t){regs->rsi}, regs->rdx, GMEM_WRITE);
    return result(pread((int)regs->rdi, buf, regs->rdx, (off_t)regs->rcx));
}

static int64_t call_pwrite(struct kvm_cage *cage, const struct kvm_regs *regs)
{
    check_block(cage->guest, "pwrite", regs);
    check_end(cage->guest, regs);
    const void *buf =
        gmem_ptr(cage->guest, (gaddr_t){regs->rsi}, regs->rdx, GMEM_READ);
    return result(pwrite((int)regs->rdi, buf, regs->rdx, (off_t)regs->rcx));
}

int64_t kvm_call(struct kvm_cage *cage, unsigned nr,
                 const struct kvm_regs *regs)
{
    static int64_t (*const calls[UNI_CALL_COUNT])(struct kvm_cage *,
                                                  const struct kvm_regs *) = {
        [UNI_EXIT] = call_exit,     [UNI_CLOCK] = call_clock,
        [UNI_POLL] = call_poll,     [UNI_READ] = call_read,
        [UNI_WRITE] = call_write,   [UNI_PREAD] = call_pread,
        [UNI_PWRITE] = call_pwrite,
    };
    return calls[nr](cage, regs);
}
