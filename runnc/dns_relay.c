/* SPDX-License-Identifier: Apache-2.0 */
/*
 * septum-dns SERVER: asks a name server that listens inside of a container's
 * network namespace, for the guest, which is outside of it. Descriptor 3 is
 * the guest's stream, a message each way: the guest's port (two bytes), then
 * the datagram. It knows nothing of DNS and keeps nothing but which port asked
 * last by each of its sockets. It ends with the guest.
 *
 * All sockets are made first; then it has an empty root directory, no
 * capabilities and a filter of five system calls.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STREAM 3
#define SOCKETS 16u /* questions under way; more take the oldest's place */
#define MESSAGE_MAX 4098u
#define DNS_PORT 53

static int sockets[SOCKETS];
static uint16_t port_of[SOCKETS];
static uint8_t message[MESSAGE_MAX];

static int open_sockets(const char *server)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET,
                             .sin_port = htons(DNS_PORT)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6,
                              .sin6_port = htons(DNS_PORT)};
    int is_v4 = inet_pton(AF_INET, server, &v4.sin_addr);
    if (is_v4 != 1 && inet_pton(AF_INET6, server, &v6.sin6_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    for (unsigned i = 0; i < SOCKETS; i++) {
        int fd = socket(is_v4 == 1 ? AF_INET : AF_INET6,
                        SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        int rc = is_v4 == 1 ? connect(fd, (struct sockaddr *)&v4, sizeof v4)
                            : connect(fd, (struct sockaddr *)&v6, sizeof v6);
        if (fd < 0 || rc < 0)
            return -1;
        sockets[i] = fd;
    }
    return 0;
}

static int leave_files(void)
{
    int fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
    /* In a user namespace the mounts of outside are nothing to it. */
    if (fs < 0 && errno == EPERM && unshare(CLONE_NEWNS) == 0)
        fs = fsopen("tmpfs", FSOPEN_CLOEXEC);
    if (fs < 0 || fsconfig(fs, FSCONFIG_SET_STRING, "nr_inodes", "1", 0) < 0 ||
        fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
        return -1;
    int root = fsmount(fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY);
    if (root < 0 || fchdir(root) < 0 || chroot(".") < 0)
        return -1;
    close(root);
    close(fs);
    return 0;
}

static int give_up(void)
{
    static const int calls[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(poll),
                                SCMP_SYS(exit_group), SCMP_SYS(rt_sigreturn)};
    struct __user_cap_header_struct head = {.version =
                                                _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}};
    if (leave_files() < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -1;
    for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
        if (prctl(PR_CAPBSET_DROP, cap) < 0)
            return -1;
    if (syscall(SYS_capset, &head, none) < 0)
        return -1;
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
    for (unsigned i = 0; ctx && i < sizeof calls / sizeof *calls; i++)
        if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0) < 0)
            return -1;
    return ctx && seccomp_load(ctx) == 0 ? 0 : -1;
}

/* From the guest: the next socket takes it. False: the guest has gone. */
static int ask(void)
{
    static unsigned next;
    ssize_t got = read(STREAM, message, sizeof message);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    if (got <= 2)
        return 1;
    /* What still comes for the one before is nobody's. */
    static uint8_t old[MESSAGE_MAX];
    while (read(sockets[next], old, sizeof old) > 0)
        ;
    memcpy(&port_of[next], message, 2);
    (void)write(sockets[next], message + 2, (size_t)got - 2); /* or lost */
    next = (next + 1) % SOCKETS;
    return 1;
}

static void answer(unsigned i)
{
    ssize_t got = read(sockets[i], message + 2, sizeof message - 2);
    if (got <= 0)
        return;
    memcpy(message, &port_of[i], 2);
    (void)write(STREAM, message, (size_t)got + 2); /* or it is lost */
}

static int failed(const char *what)
{
    (void)fprintf(stderr, "septum-dns: %s: %s\n", what, strerror(errno));
    return 1;
}

int main(int argc, char **argv)
{
    struct pollfd pfd[SOCKETS + 1];
    (void)prctl(PR_SET_DUMPABLE, 0); /* takes no other value but 1 */
    if (argc == 2 && !strcmp(argv[1], "--help"))
        return puts("usage: septum-dns SERVER\n"
                    "Asks a name server for a guest; runnc starts it.") < 0;
    if (argc == 2 && !strcmp(argv[1], "--version"))
        return puts("septum-dns " SEPTUM_VERSION) < 0;
    if (argc != 2) {
        (void)fputs("septum-dns: expected one server (see --help)\n", stderr);
        return 1;
    }
    if (open_sockets(argv[1]) < 0)
        return failed(argv[1]);
    if (give_up() < 0)
        return failed("confine itself");
    for (unsigned i = 0; i < SOCKETS; i++)
        pfd[i] = (struct pollfd){.fd = sockets[i], .events = POLLIN};
    pfd[SOCKETS] = (struct pollfd){.fd = STREAM, .events = POLLIN};
    for (;;) {
        if (poll(pfd, SOCKETS + 1, -1) < 0 && errno != EINTR)
            return 1;
        for (unsigned i = 0; i < SOCKETS; i++)
            if (pfd[i].revents)
                answer(i);
        if (pfd[SOCKETS].revents && !ask())
            return 0;
    }
}
