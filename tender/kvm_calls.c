/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The seven calls in the kvm cage. Each checks what the seccomp filter checks
 * in the other cage, so that a guest ends alike in both, then the pointers,
 * which there the kernel checks.
 */
#include "tender/host.h"
#include "tender/kvm.h"
#include "tender/trace.h"
#include "uni.h"

_Static_assert(sizeof(struct uni_pollfd) == sizeof(struct pollfd), "pollfd");
_Static_assert(sizeof(struct uni_timespec) == sizeof(struct timespec), "time");

#define NO_SUCH_FD 0x7fffffff /* larger than any: POLLNVAL */

/* The only way from a guest's number to memory; NULL if it is not the guest's.
 */
static void *gmem_ptr(const struct guest *guest, uint64_t addr, uint64_t len,
                      uint32_t access)
{
    return gmem_find(&guest->gmem, (gaddr_t){addr}, len, access);
}

__attribute__((noreturn)) static void deny(unsigned nr, const char *what,
                                           uint64_t value)
{
    kvm_end(UNI_STATUS_DENIED, "%s: %s %#lx is against the contract",
            trace_call_name(nr), what, value);
}

static int64_t result(int64_t rc)
{
    return rc < 0 ? -errno : rc;
}

static int64_t call_clock(const struct guest *guest,
                          const struct kvm_regs *regs)
{
    uint32_t id = (uint32_t)regs->rdi;
    if (id > UNI_CLOCK_MONOTONIC)
        deny(UNI_CLOCK, "id", id);
    struct timespec *ts = gmem_ptr(guest, regs->rsi, sizeof *ts, GMEM_WRITE);
    return ts ? result(clock_gettime((clockid_t)id, ts)) : -EFAULT;
}

static int64_t call_poll(const struct guest *guest, const struct kvm_regs *regs)
{
    uint32_t count = (uint32_t)regs->rsi;
    struct pollfd own[UNI_POLL_MAX];

    if (count > UNI_POLL_MAX)
        deny(UNI_POLL, "count", count);
    struct uni_pollfd *fds =
        gmem_ptr(guest, regs->rdi, count * sizeof *fds, GMEM_READ | GMEM_WRITE);
    const struct timespec *timeout =
        gmem_ptr(guest, regs->rdx, sizeof *timeout, GMEM_READ);
    if ((count && !fds) || (regs->rdx && !timeout))
        return -EFAULT;
    for (uint32_t i = 0; i < count; i++) {
        own[i].fd = fds[i].handle;
        own[i].events = (short)fds[i].events;
        if (fds[i].handle >= (int32_t)guest->devices.handle_count)
            own[i].fd = NO_SUCH_FD; /* the machine's are above the guest's */
    }
    int rc = kvm_ppoll(own, count, timeout);
    for (uint32_t i = 0; rc >= 0 && i < count; i++)
        fds[i].revents = (uint16_t)own[i].revents;
    return rc;
}

/* A writable device ends at its capacity; a file would grow. */
static void check_end(const struct guest *guest, const struct kvm_regs *regs)
{
    uint32_t handle = (uint32_t)regs->rdi;
    uint64_t end;
    for (uint32_t i = 0; i < guest->devices.count; i++) {
        const struct uni_device *info = &guest->devices.device[i].info;
        if (handle != info->handle && handle != info->handle_durable)
            continue;
        if (!(info->flags & UNI_DEVICE_READONLY) &&
            (regs->rcx >> 63 ||
             __builtin_add_overflow(regs->rcx, regs->rdx, &end) ||
             end > info->u.block.capacity))
            deny(UNI_PWRITE, "offset", regs->rcx);
    }
}

/* A read of the console may block: a signal must end it. */
static int64_t read_console(int fd, void *buf, uint64_t len)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    if (read(fd, buf, 0) < 0) /* an output never gets ready to read */
        return -errno;
    if (!len) /* no byte is nothing to wait for */
        return 0;
    int rc = kvm_ppoll(&wait, 1, NULL);
    return rc < 0 ? rc : result(read(fd, buf, len));
}

/* read, write, pread, pwrite: handles of their class, a bounded length. */
static int64_t call_io(const struct guest *guest, unsigned nr,
                       const struct kvm_regs *regs)
{
    bool is_block = nr >= UNI_PREAD;
    bool is_write = nr == UNI_WRITE || nr == UNI_PWRITE;
    const struct devices *devices = &guest->devices;
    uint32_t handle = (uint32_t)regs->rdi;
    uint64_t len = regs->rdx;

    if (is_block != (handle >= devices->first_block) ||
        handle >= devices->handle_count)
        deny(nr, "handle", handle);
    if (len > UNI_IO_MAX)
        deny(nr, "length", len);
    if (nr == UNI_PWRITE)
        check_end(guest, regs);
    void *buf =
        gmem_ptr(guest, regs->rsi, len, is_write ? GMEM_READ : GMEM_WRITE);
    if (len && !buf)
        return -EFAULT;
    int fd = (int)handle;
    if (nr == UNI_PREAD)
        return result(pread(fd, buf, len, (off_t)regs->rcx));
    if (nr == UNI_PWRITE)
        return result(pwrite(fd, buf, len, (off_t)regs->rcx));
    if (nr == UNI_WRITE)
        return result(write(fd, buf, len));
    return fd <= STDERR_FILENO ? read_console(fd, buf, len)
                               : result(read(fd, buf, len));
}

int64_t kvm_call(const struct guest *guest, unsigned nr,
                 const struct kvm_regs *regs)
{
    switch (nr) {
    case UNI_EXIT:
        _exit((int)(regs->rdi & 0xff));
    case UNI_CLOCK:
        return call_clock(guest, regs);
    case UNI_POLL:
        return call_poll(guest, regs);
    default:
        return call_io(guest, nr, regs);
    }
}
