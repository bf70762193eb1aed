/* SPDX-License-Identifier: Apache-2.0 */
/*
 * traced NAME < per_cpu/cpu0/trace_pipe_raw: prints "functions NAME PROCESS
 * ALL", how many functions ftrace's function tracer has recorded, in the
 * context of the process and in any; while softirqs are held off, which is
 * when frames are received, it is not the process's. The ring buffer's format
 * is that of Documentation/trace/ring-buffer-map.rst and events/header_page: a
 * page is a time, the length of what follows, and events; an event's first word
 * has its length in words (0: in the next word) or a type above 28 in five
 * bits.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    PAGE = 4096,
    TYPE_FUNCTION = 1,
    FLAG_HARDIRQ = 0x08,
    FLAG_SOFTIRQ = 0x10,
    FLAG_NMI = 0x40,
    FLAG_BH_OFF = 0x80,
    SET_SIZE = 1 << 16,
};

struct entry { /* events/ftrace/function/format */
    uint16_t type;
    uint8_t flags, preempt_count;
    int32_t pid;
    uint64_t ip, parent_ip;
};

struct set {
    uint64_t ips[SET_SIZE];
    unsigned count;
};
static struct set process, all;

static void add(struct set *set, uint64_t ip)
{
    uint32_t i = (uint32_t)(ip * 0x9e3779b97f4a7c15ull >> 48);

    while (set->ips[i] && set->ips[i] != ip)
        i = (i + 1) % SET_SIZE;
    if (set->ips[i] || set->count > SET_SIZE / 2)
        return;
    set->ips[i] = ip;
    set->count++;
}

static void take(const uint8_t *data, size_t len)
{
    struct entry entry;

    if (len < sizeof entry)
        return;
    memcpy(&entry, data, sizeof entry);
    if (entry.type != TYPE_FUNCTION)
        return;
    add(&all, entry.ip);
    if (!(entry.flags & (FLAG_HARDIRQ | FLAG_SOFTIRQ | FLAG_NMI | FLAG_BH_OFF)))
        add(&process, entry.ip);
}

static void take_page(const uint8_t *page, size_t size)
{
    uint64_t commit;
    size_t pos = 16, end;

    memcpy(&commit, page + 8, sizeof commit);
    end = 16 + (commit & 0xfffff);
    if (end > size)
        end = size;
    while (pos + 4 <= end) {
        uint32_t word, len;

        memcpy(&word, page + pos, 4);
        pos += 4;
        switch (word & 31) {
        case 30: /* more time */
        case 31:
            pos += 4;
            continue;
        case 29: /* padding; without time: to the page's end */
        case 0:
            if (pos + 4 > end || ((word & 31) == 29 && !(word >> 5)))
                return;
            memcpy(&len, page + pos, 4);
            if ((word & 31) == 0 && len >= 4)
                take(page + pos + 4, len - 4);
            break;
        default:
            len = (word & 31) * 4;
            if (pos + len <= end)
                take(page + pos, len);
        }
        pos += len;
    }
}

int main(int argc, char **argv)
{
    static uint8_t page[PAGE];
    ssize_t n;

    /* All pages that are there, the last one too. */
    if (fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) < 0)
        return 1;
    while ((n = read(STDIN_FILENO, page, sizeof page)) > 16)
        take_page(page, (size_t)n);
    printf("functions %s %u %u\n", argc > 1 ? argv[1] : "-", process.count,
           all.count);
    return all.count == 0;
}
