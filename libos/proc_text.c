/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of /proc say: man 5 proc. Figures that mean nothing here
 * (swap, other users, context of a scheduler) are 0 or left out. */
#include "arena.h"
#include "hc.h"
#include "libos.h"
#include "proc.h"
#include "sys.h"
#include "thread.h"
#include "x86_64/cpuid.h"

#define HZ 100 /* USER_HZ */
#define KIB 1024ul

static char **args, **envs;

void files_set_args(char **argv, char **envp)
{
    args = argv;
    envs = envp;
}

static const char *comm(void)
{
    const char *name = args && args[0] ? args[0] : "main";
    for (const char *p = name; *p; p++)
        if (*p == '/' && p[1])
            name = p + 1;
    return name;
}

static void add_strings(struct text *text, char **list)
{
    for (; list && *list; list++)
        text_add(text, *list, strlen(*list) + 1);
}

static void fill_cmdline(struct text *text)
{
    add_strings(text, args);
}

static void fill_environ(struct text *text)
{
    add_strings(text, envs);
}

static void fill_comm(struct text *text)
{
    text_print(text, "%s\n", comm());
}

static int64_t uptime_ns(void)
{
    return time_ticks_to_ns(tsc_read() - cpu.start_tsc);
}

static int64_t cpu_hz(void)
{
    return process_cpu_ns() / (NS_PER_SEC / HZ);
}

static int64_t idle_hz(void)
{
    return time_ticks_to_ns(cpu.idle_ticks) / (NS_PER_SEC / HZ);
}

static void fill_uptime(struct text *text)
{
    int64_t up = uptime_ns() / (NS_PER_SEC / HZ);
    text_print(text, "%ld.%02ld %ld.%02ld\n", up / HZ, up % HZ, idle_hz() / HZ,
               idle_hz() % HZ);
}

static uint32_t ready_count(void)
{
    uint32_t count = 1; /* who reads this */
    for (struct thread *t = cpu.run_first; t; t = t->run_next)
        count++;
    return count;
}

static void fill_loadavg(struct text *text)
{
    text_print(text, "0.00 0.00 0.00 %u/%u 1\n", ready_count(),
               cpu.thread_count);
}

static void fill_meminfo(struct text *text)
{
    struct arena_stats stats;
    arena_stats(&stats);
    size_t left = (stats.total - stats.used) / KIB;
    text_print(text, "MemTotal:       %8lu kB\n", stats.total / KIB);
    text_print(text, "MemFree:        %8lu kB\n", left);
    text_print(text, "MemAvailable:   %8lu kB\n", left);
    static const char *const none[] = {
        "Buffers:  ", "Cached:   ", "SwapCached:",
        "SwapTotal:", "SwapFree: ", "Shmem:    "};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        text_print(text, "%s            0 kB\n", none[i]);
}

static void fill_stat(struct text *text)
{
    struct linux_timespec now = file_time();
    static const char *const names[] = {"cpu ", "cpu0"};
    for (int i = 0; i < 2; i++)
        text_print(text, "%s %ld 0 0 %ld 0 0 0 0 0 0\n", names[i], cpu_hz(),
                   idle_hz());
    text_print(text, "ctxt %lu\nbtime %ld\nprocesses 1\nprocs_running %u\n",
               cpu.switch_count, (long)(now.sec - uptime_ns() / NS_PER_SEC),
               ready_count());
    text_print(text, "procs_blocked 0\n");
}

static void fill_version(struct text *text)
{
    text_print(text, "Septum version %s\n", SEPTUM_VERSION);
}

/* SDM vol. 2, CPUID; names as Linux prints them. */
static const char *const flags_1d[32] = {
    "fpu",  "vme",  "de",   "pse",     "tsc",  "msr", "pae", "mce",
    "cx8",  "apic", NULL,   "sep",     "mtrr", "pge", "mca", "cmov",
    "pat",  NULL,   NULL,   "clflush", NULL,   NULL,  NULL,  "mmx",
    "fxsr", "sse",  "sse2", NULL,      "ht",   NULL,  NULL,  NULL};
static const char *const flags_1c[32] = {
    "pni",    "pclmulqdq", NULL,     NULL,        NULL,  NULL,     NULL,
    NULL,     NULL,        "ssse3",  NULL,        NULL,  "fma",    "cx16",
    NULL,     NULL,        NULL,     "pcid",      NULL,  "sse4_1", "sse4_2",
    "x2apic", "movbe",     "popcnt", NULL,        "aes", "xsave",  NULL,
    "avx",    "f16c",      "rdrand", "hypervisor"};
static const char *const flags_7b[32] = {
    "fsgsbase", NULL,     NULL,         "bmi1",     NULL,     "avx2", NULL,
    "smep",     "bmi2",   "erms",       NULL,       NULL,     NULL,   NULL,
    NULL,       NULL,     "avx512f",    "avx512dq", "rdseed", "adx",  NULL,
    NULL,       NULL,     "clflushopt", "clwb",     NULL,     NULL,   NULL,
    "avx512cd", "sha_ni", "avx512bw",   "avx512vl"};

static void add_flags(struct text *text, uint32_t bits,
                      const char *const names[32])
{
    for (unsigned i = 0; i < 32; i++)
        if ((bits >> i & 1) && names[i])
            text_print(text, " %s", names[i]);
}

static void fill_cpuinfo(struct text *text)
{
    struct cpuid top = cpuid(0, 0), one = cpuid(1, 0);
    uint32_t words[3] = {top.b, top.d, top.c};
    char vendor[13] = {0}, brand[49] = {0};
    memcpy(vendor, words, 12);
    if (cpuid(0x80000000u, 0).a >= 0x80000004u) {
        for (uint32_t i = 0; i < 3; i++) {
            struct cpuid part = cpuid(0x80000002u + i, 0);
            memcpy(brand + 16 * i, &part, 16);
        }
    }
    uint32_t family = one.a >> 8 & 15, model = one.a >> 4 & 15;
    if (family == 15 || family == 6)
        model |= one.a >> 12 & 0xf0;
    if (family == 15)
        family += one.a >> 20 & 0xff;
    text_print(text, "processor\t: 0\nvendor_id\t: %s\n", vendor);
    text_print(text, "cpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\n",
               family, model, brand[0] ? brand : "unknown");
    text_print(text, "stepping\t: %u\nphysical id\t: 0\nsiblings\t: 1\n",
               one.a & 15);
    text_print(text, "core id\t\t: 0\ncpu cores\t: 1\nflags\t\t:");
    add_flags(text, one.d, flags_1d);
    add_flags(text, one.c, flags_1c);
    if (top.a >= 7)
        add_flags(text, cpuid(7, 0).b, flags_7b);
    text_print(text, "\nclflush size\t: %u\n\n", (one.b >> 8 & 0xff) * 8);
}

static void fill_filesystems(struct text *text)
{
    text_print(text, "nodev\toverlay\nnodev\ttmpfs\nnodev\tproc\n\terofs\n");
}

static void fill_mounts(struct text *text)
{
    char *path = kalloc(LINUX_PATH_MAX);
    for (struct fs *fs = vfs_mounts; path && fs; fs = fs->next) {
        if (vfs_path(fs->root, path, LINUX_PATH_MAX) < 0)
            continue;
        text_print(text, "%s ", fs->source);
        text_add(text, path, strlen(path));
        text_print(text, " %s %s,relatime 0 0\n", fs->type,
                   fs->flags & FS_READONLY ? "ro" : "rw");
    }
    kfree(path);
}

static unsigned mount_id(const struct fs *fs)
{
    unsigned id = 1;
    for (const struct fs *f = vfs_mounts; f && f != fs; f = f->next)
        id++;
    return id;
}

static void fill_mountinfo(struct text *text)
{
    char *path = kalloc(LINUX_PATH_MAX);
    for (struct fs *fs = vfs_mounts; path && fs; fs = fs->next) {
        if (vfs_path(fs->root, path, LINUX_PATH_MAX) < 0)
            continue;
        const char *rights = fs->flags & FS_READONLY ? "ro" : "rw";
        text_print(text, "%u %u %u:%u / ", mount_id(fs),
                   fs->covered ? mount_id(fs->covered->fs) : 0,
                   (unsigned)(fs->dev >> 8 & 0xfff),
                   (unsigned)(fs->dev & 0xff));
        text_add(text, path, strlen(path));
        text_print(text, " %s,relatime - %s %s %s\n", rights, fs->type,
                   fs->source, rights);
    }
    kfree(path);
}

static void print_limit(struct text *text, uint64_t value)
{
    char number[24];
    (void)print_to(number, sizeof number, "%lu", value);
    text_print(text, "%-20s ", value == UINT64_MAX ? "unlimited" : number);
}

static void fill_limits(struct text *text)
{
    static const struct {
        const char *name, *unit;
    } limits[] = {
        /* by number, as Linux prints them */
        {"Max cpu time", "seconds"},     {"Max file size", "bytes"},
        {"Max data size", "bytes"},      {"Max stack size", "bytes"},
        {"Max core file size", "bytes"}, {"Max resident set", "bytes"},
        {"Max processes", "processes"},  {"Max open files", "files"},
        {"Max locked memory", "bytes"},  {"Max address space", "bytes"},
        {"Max file locks", "locks"},     {"Max pending signals", "signals"},
        {"Max msgqueue size", "bytes"},  {"Max nice priority", ""},
        {"Max realtime priority", ""},   {"Max realtime timeout", "us"}};
    text_print(text, "%-25s %-20s %-20s %-10s\n", "Limit", "Soft Limit",
               "Hard Limit", "Units");
    for (int i = 0; i < (int)(sizeof limits / sizeof limits[0]); i++) {
        struct linux_rlimit limit;
        if (sys_prlimit64(0, i, NULL, &limit) < 0)
            continue;
        text_print(text, "%-25s ", limits[i].name);
        print_limit(text, limit.cur);
        print_limit(text, limit.max);
        text_print(text, "%-10s\n", limits[i].unit);
    }
}

static void print_map(struct text *text, const struct vm_map *map,
                      const char *name)
{
    text_print(text, "%08lx-%08lx %c%c%c%c 00000000 00:00 0%s%s\n", map->start,
               map->end, map->prot & LINUX_PROT_READ ? 'r' : '-',
               map->prot & LINUX_PROT_WRITE ? 'w' : '-',
               map->prot & LINUX_PROT_EXEC ? 'x' : '-',
               map->is_shared ? 's' : 'p', name ? "          " : "",
               name ? name : "");
}

/* The image's program headers; gABI ch. 5. */
struct ehdr {
    uint8_t ident[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, phoff, shoff;
    uint32_t flags;
    uint16_t ehsize, phentsize, phnum;
};
struct phdr {
    uint32_t type, flags;
    uint64_t offset, vaddr, paddr, filesz, memsz, align;
};
extern const char __executable_start[];

static void fill_maps(struct text *text)
{
    const struct ehdr *ehdr = (const void *)__executable_start;
    const struct phdr *phdr = (const void *)(__executable_start + ehdr->phoff);
    for (unsigned i = 0; i < ehdr->phnum; i++) {
        if (phdr[i].type != 1 || !phdr[i].memsz) /* PT_LOAD */
            continue;
        uintptr_t start = phdr[i].vaddr & ~(PAGE_SIZE - 1);
        uintptr_t end =
            (phdr[i].vaddr + phdr[i].memsz + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
        int prot = (phdr[i].flags & 4 ? LINUX_PROT_READ : 0) |
                   (phdr[i].flags & 2 ? LINUX_PROT_WRITE : 0) |
                   (phdr[i].flags & 1 ? LINUX_PROT_EXEC : 0);
        struct vm_map map = {start, end, prot, false};
        print_map(text, &map, args ? args[0] : NULL);
    }
    const struct uni_boot *boot = sys_boot();
    uintptr_t at = boot->arena_addr, top = at + boot->arena_size;
    struct vm_map map;
    while (vm_next_map(at, &map)) {
        if (map.start > at) {
            struct vm_map heap = {at, map.start, 3, false};
            print_map(text, &heap, "[heap]");
        }
        print_map(text, &map, NULL);
        at = map.end;
    }
    if (at < top) {
        struct vm_map heap = {at, top, 3, false};
        print_map(text, &heap, "[heap]");
    }
}

static void fill_statm(struct text *text)
{
    struct arena_stats stats;
    arena_stats(&stats);
    text_print(text, "%lu %lu 0 0 0 %lu 0\n", stats.total / PAGE_SIZE,
               stats.used / PAGE_SIZE, stats.used / PAGE_SIZE);
}

static void fill_self_stat(struct text *text)
{
    struct arena_stats stats;
    arena_stats(&stats);
    text_print(text, "1 (%s) R 0 1 1 0 -1 4194304 0 0 0 0 %ld 0 0 0 20 0 %u 0 ",
               comm(), cpu_hz(), cpu.thread_count);
    text_print(text, "0 %lu %lu 18446744073709551615", stats.total,
               stats.used / PAGE_SIZE);
    for (int i = 0; i < 27; i++)
        text_print(text, " 0");
    text_print(text, "\n");
}

static void fill_status(struct text *text)
{
    struct arena_stats stats;
    arena_stats(&stats);
    struct creds creds = vfs_creds();
    text_print(text, "Name:\t%s\nUmask:\t%c%c%c%c\nState:\tR (running)\n",
               comm(), '0', '0' + (int)(fs_context.umask >> 6 & 7),
               '0' + (int)(fs_context.umask >> 3 & 7),
               '0' + (int)(fs_context.umask & 7));
    text_print(text, "Tgid:\t1\nNgid:\t0\nPid:\t1\nPPid:\t0\nTracerPid:\t0\n");
    text_print(text, "Uid:\t%ld\t%u\t%u\t%u\n", sys_getuid(), creds.uid,
               creds.uid, creds.uid);
    text_print(text, "Gid:\t%ld\t%u\t%u\t%u\n", sys_getgid(), creds.gid,
               creds.gid, creds.gid);
    unsigned groups[GROUPS_MAX];
    long count = sys_getgroups(GROUPS_MAX, groups);
    text_print(text, "FDSize:\t%u\nGroups:\t", fd_limit);
    for (long i = 0; i < count; i++)
        text_print(text, "%u ", groups[i]);
    text_print(text, count > 0 ? "\n" : " \n");
    text_print(text, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\n", stats.total / KIB,
               stats.total / KIB);
    text_print(text, "VmHWM:\t%8lu kB\nVmRSS:\t%8lu kB\n",
               stats.high_water / KIB, stats.used / KIB);
    text_print(text, "Threads:\t%u\nCpus_allowed:\t1\nCpus_allowed_list:\t0\n",
               cpu.thread_count);
}

static void fill_osrelease(struct text *text)
{
    text_print(text, "%s\n", SEPTUM_VERSION);
}
static void fill_ostype(struct text *text)
{
    text_print(text, "Septum\n");
}
static void fill_os_version(struct text *text)
{
    text_print(text, "libOS %s\n", SEPTUM_VERSION);
}
static void fill_hostname(struct text *text)
{
    struct linux_utsname name;
    (void)sys_uname(&name);
    text_print(text, "%s\n", name.nodename);
}
static int write_hostname(const char *value, size_t len)
{
    if (len && value[len - 1] == '\n')
        len--;
    return (int)sys_sethostname(value, len);
}
static void fill_pid_max(struct text *text)
{
    text_print(text, "4194304\n");
}
static void print_uuid(struct text *text, const uint8_t b[16])
{
    for (int i = 0; i < 16; i++)
        text_print(text, "%s%02x",
                   i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", b[i]);
    text_print(text, "\n");
}
static void make_uuid(uint8_t b[16])
{
    (void)sys_getrandom(b, 16, 0);
    b[6] = (b[6] & 0x0f) | 0x40; /* RFC 4122 s4.4: version 4 */
    b[8] = (b[8] & 0x3f) | 0x80;
}
static void fill_uuid(struct text *text)
{
    uint8_t b[16];
    make_uuid(b);
    print_uuid(text, b);
}
static void fill_boot_id(struct text *text)
{
    static uint8_t id[16];
    if (!id[6])
        make_uuid(id);
    print_uuid(text, id);
}
static void fill_overcommit(struct text *text)
{
    text_print(text, "2\n"); /* man 5 proc: never more than there is */
}
static void fill_max_map_count(struct text *text)
{
    text_print(text, "65530\n");
}
static void fill_file_max(struct text *text)
{
    text_print(text, "%d\n", FD_LIMIT_MAX);
}
static void fill_pipe_max(struct text *text)
{
    text_print(text, "1048576\n");
}
static void fill_somaxconn(struct text *text)
{
    text_print(text, "4096\n");
}

static int jump_cwd(struct inode **target)
{
    *target = inode_get(fs_context.cwd);
    return 0;
}
static int jump_root(struct inode **target)
{
    *target = inode_get(vfs_mounts->root);
    return 0;
}
static int jump_exe(struct inode **target)
{
    return args ? walk_inode(LINUX_AT_FDCWD, args[0], WALK_FOLLOW, target)
                : -LINUX_ENOENT;
}
/* The image is the host's file: a name as if it were here. */
static long exe_name(char *buf, size_t len)
{
    bool is_full = args && args[0] && args[0][0] == '/';
    return print_to(buf, len, "%s%s", is_full ? "" : "/",
                    is_full ? args[0] : comm());
}

#define DIR_MODE (LINUX_S_IFDIR | 0555)
#define LNK_MODE (LINUX_S_IFLNK | 0777)
#define FILE_MODE (LINUX_S_IFREG | 0444)
#define FILE(n, fn)                                                            \
    {                                                                          \
        .name = n, .mode = FILE_MODE, .fill = fn                               \
    }
#define LINK(n, to)                                                            \
    {                                                                          \
        .name = n, .mode = LNK_MODE, .link = to                                \
    }
#define JUMP(n, fn)                                                            \
    {                                                                          \
        .name = n, .mode = LNK_MODE, .jump = fn                                \
    }
#define DIR(n, list)                                                           \
    {                                                                          \
        .name = n, .mode = DIR_MODE, .children = list                          \
    }
#define END                                                                    \
    {                                                                          \
        .name = NULL                                                           \
    }

static const struct proc_entry none[] = {END};
static const struct proc_entry self_entries[] = {
    FILE("cmdline", fill_cmdline),
    FILE("comm", fill_comm),
    JUMP("cwd", jump_cwd),
    {.name = "environ", .mode = LINUX_S_IFREG | 0400, .fill = fill_environ},
    {.name = "exe", .mode = LNK_MODE, .jump = jump_exe, .missing = exe_name},
    {.name = "fd",
     .mode = LINUX_S_IFDIR | 0500,
     .children = none,
     .lists_fds = true},
    FILE("limits", fill_limits),
    FILE("maps", fill_maps),
    FILE("mountinfo", fill_mountinfo),
    FILE("mounts", fill_mounts),
    JUMP("root", jump_root),
    FILE("stat", fill_self_stat),
    FILE("statm", fill_statm),
    FILE("status", fill_status),
    END,
};
static const struct proc_entry random_entries[] = {
    FILE("boot_id", fill_boot_id), FILE("uuid", fill_uuid), END};
static const struct proc_entry kernel_entries[] = {
    {.name = "hostname",
     .mode = LINUX_S_IFREG | 0644,
     .fill = fill_hostname,
     .write = write_hostname},
    FILE("osrelease", fill_osrelease),
    FILE("ostype", fill_ostype),
    FILE("pid_max", fill_pid_max),
    DIR("random", random_entries),
    FILE("version", fill_os_version),
    END,
};
static const struct proc_entry vm_entries[] = {
    FILE("max_map_count", fill_max_map_count),
    FILE("overcommit_memory", fill_overcommit), END};
static const struct proc_entry fs_entries[] = {
    FILE("file-max", fill_file_max), FILE("pipe-max-size", fill_pipe_max), END};
static const struct proc_entry core_entries[] = {
    FILE("somaxconn", fill_somaxconn), END};
static const struct proc_entry net_entries[] = {DIR("core", core_entries), END};
static const struct proc_entry sys_entries[] = {
    DIR("fs", fs_entries), DIR("kernel", kernel_entries),
    DIR("net", net_entries), DIR("vm", vm_entries), END};
static const struct proc_entry root_entries[] = {
    DIR("1", self_entries),
    FILE("cpuinfo", fill_cpuinfo),
    FILE("filesystems", fill_filesystems),
    FILE("loadavg", fill_loadavg),
    FILE("meminfo", fill_meminfo),
    LINK("mounts", "self/mounts"),
    LINK("self", "1"),
    FILE("stat", fill_stat),
    DIR("sys", sys_entries),
    LINK("thread-self", "1"),
    FILE("uptime", fill_uptime),
    FILE("version", fill_version),
    END,
};
const struct proc_entry proc_root = DIR("", root_entries);

/* The table that `entry` stands in, below `dir`. */
static const struct proc_entry *find_parent(const struct proc_entry *dir,
                                            const struct proc_entry *entry)
{
    for (const struct proc_entry *e = dir->children; e && e->name; e++) {
        if (e == entry)
            return dir;
        const struct proc_entry *found = find_parent(e, entry);
        if (found)
            return found;
    }
    return NULL;
}

const struct proc_entry *proc_parent(const struct proc_entry *entry)
{
    return find_parent(&proc_root, entry);
}
