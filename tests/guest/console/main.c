/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console under test.sh: a thread that waits for input does not stop
 * another one, poll tells when there is some, its end is seen.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../check.h"

static volatile int ticks;

static void *counts(void *arg)
{
    struct timespec ts = {0, 2000000};
    (void)arg;
    for (;;) {
        nanosleep(&ts, NULL);
        ticks++;
    }
    return NULL;
}

static void say(const char *text)
{
    EQUAL(write(1, text, strlen(text)), strlen(text));
}

int main(void)
{
    pthread_t thread;
    char line[64];
    struct stat st;
    struct termios tio;
    struct winsize size;
    struct pollfd in = {0, POLLIN, 0};
    EQUAL(isatty(0), 0);
    EQUAL(tcgetattr(0, &tio), -1);
    EQUAL(ioctl(1, TIOCGWINSZ, &size), -1);
    CHECK(fstat(0, &st) == 0 && S_ISFIFO(st.st_mode));
    EQUAL(lseek(0, 0, SEEK_SET), -1);
    EQUAL(errno, ESPIPE);
    EQUAL(write(0, "x", 1), -1);
    EQUAL(errno, EBADF);
    EQUAL(pthread_create(&thread, NULL, counts, NULL), 0);
    EQUAL(poll(&in, 1, 0), 0);
    EQUAL(fcntl(0, F_SETFL, O_NONBLOCK), 0);
    EQUAL(read(0, line, sizeof line), -1);
    EQUAL(errno, EAGAIN);
    EQUAL(fcntl(0, F_SETFL, 0), 0);
    say("ready\n");
    EQUAL(read(0, line, sizeof line), 6);
    CHECK(!memcmp(line, "first\n", 6));
    CHECK(ticks > 20); /* test.sh waited for longer than that takes */
    say("again\n");
    EQUAL(poll(&in, 1, 20000), 1);
    EQUAL(read(0, line, sizeof line), 7);
    EQUAL(read(0, line, sizeof line), 0);
    static char much[300000]; /* more than a pipe takes, in whole lines */
    memset(much, 'm', sizeof much);
    much[sizeof much - 1] = '\n';
    EQUAL(write(1, much, sizeof much), sizeof much);
    return failures != 0;
}
