/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "probe edit": a line editor as shells have it: raw mode, keys as escape
 * sequences, the cursor moved by others, the width asked of the terminal.
 * Then what a terminal does itself: lines, a password, Ctrl-D. terminal.py
 * types. "probe edit left": ends in raw mode.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "probe.h"

enum {
    CTRL_A = 1,
    CTRL_C = 3,
    CTRL_D = 4,
    CTRL_Z = 26,
    DELETE = 127,
    LEFT = 256,
    RIGHT,
    UNKNOWN,
    RESIZED,
    ENDED
};

static struct termios usual;
static char line[80];
static int length, cursor;
static volatile sig_atomic_t is_resized;

static void note_size(int sig)
{
    (void)sig;
    is_resized = 1;
}

static void die(const char *what)
{
    printf("probe: %s: %s\r\n", what, strerror(errno));
    exit(1);
}

static void set(const struct termios *want, int when)
{
    struct termios got;
    if (tcsetattr(0, when, want) < 0)
        die("tcsetattr");
    if (tcgetattr(0, &got) < 0)
        die("tcgetattr");
    /* tcsetattr is happy with the half of it: compare. */
    if (got.c_lflag != want->c_lflag || got.c_iflag != want->c_iflag ||
        got.c_oflag != want->c_oflag || got.c_cc[VMIN] != want->c_cc[VMIN])
        die("the mode is not what was set");
}

static void set_raw(void)
{
    struct termios raw = usual;
    raw.c_iflag &= ~(tcflag_t)(BRKINT | ICRNL | INPCK | ISTRIP | IXON);
    raw.c_oflag &= ~(tcflag_t)OPOST;
    raw.c_lflag &= ~(tcflag_t)(ECHO | ICANON | IEXTEN | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    set(&raw, TCSAFLUSH);
}

/* A signal may come just before a read that would then wait: looked for anew
 * now and then. */
static int next_byte(void)
{
    struct pollfd pfd = {.fd = 0, .events = POLLIN};
    unsigned char byte;
    for (;;) {
        int ready = poll(&pfd, 1, 200);
        if (is_resized) {
            is_resized = 0;
            return RESIZED;
        }
        if (ready < 0 && errno != EINTR)
            die("poll");
        if (ready <= 0)
            continue;
        ssize_t got = read(0, &byte, 1);
        if (got < 0 && errno != EINTR)
            die("read");
        if (got >= 0)
            return got ? byte : ENDED;
    }
}

static int next_key(void)
{
    int byte = next_byte();
    if (byte != '\x1b')
        return byte;
    if (next_byte() != '[')
        return UNKNOWN;
    switch (next_byte()) {
    case 'D':
        return LEFT;
    case 'C':
        return RIGHT;
    }
    return UNKNOWN;
}

static void show(void)
{
    printf("\redit> %.*s\x1b[K", length, line);
    if (length > cursor)
        printf("\x1b[%dD", length - cursor);
    fflush(stdout);
}

static void insert(int key)
{
    if (length == sizeof line)
        return;
    memmove(line + cursor + 1, line + cursor, (size_t)(length - cursor));
    line[cursor++] = (char)key;
    length++;
}

static void delete_before(void)
{
    if (!cursor)
        return;
    cursor--;
    length--;
    memmove(line + cursor, line + cursor + 1, (size_t)(length - cursor));
}

static void tell_size(void)
{
    struct winsize size;
    if (ioctl(0, TIOCGWINSZ, &size) < 0)
        die("TIOCGWINSZ");
    printf("\r\x1b[Ksize %dx%d\r\n", size.ws_row, size.ws_col);
}

/* One line; false at the end of input. */
static int edit(void)
{
    length = cursor = 0;
    for (;;) {
        show();
        int key = next_key();
        switch (key) {
        case '\r':
            printf("\r\nline: %.*s\r\n", length, line);
            return 1;
        case CTRL_D:
        case ENDED:
            return 0;
        case CTRL_A:
            cursor = 0;
            break;
        case CTRL_C:
        case CTRL_Z:
            printf("\r\nkey %d\r\n", key);
            length = cursor = 0;
            break;
        case DELETE:
            delete_before();
            break;
        case LEFT:
            cursor -= cursor > 0;
            break;
        case RIGHT:
            cursor += cursor < length;
            break;
        case RESIZED:
            tell_size();
            break;
        default:
            if (key >= ' ' && key < DELETE)
                insert(key);
        }
    }
}

static void ask(const char *question)
{
    char answer[80];
    printf("%s? ", question);
    fflush(stdout);
    ssize_t got;
    while ((got = read(0, answer, sizeof answer - 1)) < 0 && errno == EINTR)
        ;
    if (got < 0)
        die("read");
    answer[got] = 0;
    answer[strcspn(answer, "\n")] = 0;
    printf(got ? "%s is %s\n" : "%s: end of input\n", question, answer);
}

int do_edit(char **argv)
{
    /* Without SA_RESTART: read() tells of it. */
    struct sigaction act = {.sa_handler = note_size};
    sigaction(SIGWINCH, &act, NULL);
    if (tcgetattr(0, &usual) < 0)
        die("tcgetattr");
    set_raw();
    tell_size();
    while (edit())
        ;
    if (argv[0] && strcmp(argv[0], "left") == 0)
        return 0;
    set(&usual, TCSADRAIN);
    printf("\nusual again\n");
    ask("name");
    struct termios quiet = usual;
    quiet.c_lflag &= ~(tcflag_t)ECHO;
    set(&quiet, TCSAFLUSH);
    ask("password");
    set(&usual, TCSAFLUSH);
    ask("nothing");
    printf("good bye\n");
    return 0;
}
