/* SPDX-License-Identifier: Apache-2.0 */
/*
 * net-relay TAP [KEY=N...] -- COMMAND...: a bad line. Frames go between a tap
 * without headers and the command's descriptor 3 (a message socket), and on
 * their way some are lost, doubled, late or overtaken, both ways alike:
 *     loss=, dup=, reorder=, corrupt=  in 1/1000 of the frames
 *     delay=  microseconds for each    seed=  of the random numbers
 * Ends with the command, and with its status. For kernels without netem.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX 9216
#define QUEUE_MAX 4096 /* frames under way; more are lost */
#define OVERTAKE_US 3000

enum { LOSS, DUP, REORDER, CORRUPT, DELAY, SEED, KEY_COUNT };
static const char *const keys[KEY_COUNT] = {"loss",    "dup",   "reorder",
                                            "corrupt", "delay", "seed"};
static unsigned long conf[KEY_COUNT];

struct frame {
    struct frame *next;
    int64_t due; /* us */
    int to;
    size_t len;
    uint8_t data[];
};
static struct frame *first;
static unsigned queued;
static unsigned long seen, lost, doubled, late, spoilt;
static pid_t child;

static _Noreturn void die(const char *what)
{
    perror(what);
    exit(125);
}

static int64_t now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000ll + ts.tv_nsec / 1000;
}

static uint32_t roll(void) /* xorshift; the same for the same seed */
{
    static uint64_t x;

    if (!x)
        x = conf[SEED] * 0x9e3779b97f4a7c15ull + 1;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (uint32_t)(x >> 16);
}

static int hits(int key)
{
    return roll() % 1000 < conf[key];
}

static void enqueue(int to, const uint8_t *data, size_t len, int64_t due)
{
    struct frame *frame, **at = &first;

    if (queued == QUEUE_MAX || !(frame = malloc(sizeof *frame + len))) {
        lost++;
        return;
    }
    frame->due = due;
    frame->to = to;
    frame->len = len;
    memcpy(frame->data, data, len);
    while (*at && (*at)->due <= due)
        at = &(*at)->next;
    frame->next = *at;
    *at = frame;
    queued++;
}

static void take(int from, int to)
{
    uint8_t data[FRAME_MAX];
    ssize_t len;

    for (int i = 0; i < 64; i++) {
        int64_t due = now_us() + (int64_t)conf[DELAY];

        len = read(from, data, sizeof data);
        if (len <= 0)
            return;
        seen++;
        if (hits(LOSS)) {
            lost++;
            continue;
        }
        if (hits(REORDER)) {
            late++;
            due += 1 + roll() % OVERTAKE_US;
        }
        if (hits(CORRUPT) && len > 54) {
            spoilt++;
            data[14 + roll() % (len - 14)] ^= (uint8_t)(1 << roll() % 8);
        }
        enqueue(to, data, (size_t)len, due);
        if (hits(DUP)) {
            doubled++;
            enqueue(to, data, (size_t)len, due);
        }
    }
}

static void deliver(void)
{
    int64_t now = now_us();

    while (first && first->due <= now) {
        struct frame *frame = first;

        if (write(frame->to, frame->data, frame->len) < 0) {
            if (errno == EAGAIN)
                return; /* the reader is slow: it waits here */
            lost++;
        }
        first = frame->next;
        queued--;
        free(frame);
    }
}

static void on_signal(int sig)
{
    if (child > 0)
        kill(child, sig);
}

static int open_tap(const char *name)
{
    struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        die("/dev/net/tun");
    strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
    if (ioctl(fd, TUNSETIFF, &ifr) < 0)
        die(name);
    return fd;
}

static int run(char **command)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        die("socketpair");
    child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (pair[1] == 3)
            fcntl(3, F_SETFD, 0);
        else
            dup2(pair[1], 3);
        execvp(command[0], command);
        die(command[0]);
    }
    close(pair[1]);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    return pair[0];
}

int main(int argc, char **argv)
{
    int i = 2, status, key;

    for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
        char *value = strchr(argv[i], '=');

        for (key = 0; key < KEY_COUNT; key++)
            if (value &&
                strncmp(argv[i], keys[key], (size_t)(value - argv[i])) == 0)
                break;
        if (key == KEY_COUNT) {
            fprintf(stderr, "net-relay: %s?\n", argv[i]);
            return 125;
        }
        conf[key] = strtoul(value + 1, NULL, 10);
    }
    if (i >= argc - 1)
        return 125;
    int tap = open_tap(argv[1]);
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    int wire = run(argv + i + 1);
    struct pollfd fds[2] = {{tap, POLLIN, 0}, {wire, POLLIN, 0}};
    while (waitpid(child, &status, WNOHANG) != child) {
        struct timespec ts = {0, 50000000};

        if (first) {
            int64_t left = first->due - now_us();
            if (left < 50)
                left = 50; /* also when its reader is slow */
            if (left < 50000)
                ts.tv_nsec = (long)left * 1000;
        }
        if (ppoll(fds, 2, &ts, NULL) > 0) {
            take(tap, wire);
            take(wire, tap);
        }
        deliver();
    }
    fprintf(stderr, "%lu frames: %lu lost, %lu doubled, %lu late, %lu spoilt\n",
            seen, lost, doubled, late, spoilt);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
