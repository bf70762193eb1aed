/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the entry to the personality: memory, time, thread 1, files, then
 * arguments and environment merged from the image's configuration and boot
 * info. The order matters only where a line says so.
 */
#include "arena.h"
#include "enter.h"
#include "file.h"
#include "hc.h"
#include "libos.h"
#include "sys.h"
#include "thread.h"
#include "vfs.h"

/* A fault may come before libos_start(). */
const struct uni_boot *libos_boot = (const void *)UNI_BOOT_ADDR;
static struct uni_note note;

#define STACK_SIZE_DEFAULT (1ull << 20)

static const char *boot_string(uint32_t offset)
{
    return (const char *)libos_boot + offset;
}

const char *libos_conf(const char *key)
{
    const char *entry = boot_string(libos_boot->conf_off);
    size_t len = strlen(key);
    for (uint32_t i = 0; i < libos_boot->confc; i++) {
        if (!strncmp(entry, key, len) && entry[len] == '=')
            return entry + len + 1;
        entry += strlen(entry) + 1;
    }
    return NULL;
}

int libos_handle(uint32_t cls)
{
    const struct uni_device *device =
        (const void *)boot_string(libos_boot->device_off);
    for (uint32_t i = 0; i < libos_boot->device_count; i++)
        if (device[i].cls == cls)
            return (int)device[i].handle;
    return -1;
}

/* Strings of the image's configuration with one key; count and, if `out`,
 * the values. NUL-terminated strings up to the blob's end. */
static size_t config_values(const char *key, const char **out)
{
    const char *at = (const char *)note.config_addr;
    const char *end = at + note.config_size;
    size_t len = strlen(key), count = 0;
    if (!at)
        return 0;
    while (at < end) {
        size_t entry_len = strnlen(at, (size_t)(end - at));
        if (at + entry_len >= end)
            break; /* not terminated */
        if (entry_len > len && !strncmp(at, key, len) && at[len] == '=') {
            if (out)
                out[count] = at + len + 1;
            count++;
        }
        at += entry_len + 1;
    }
    return count;
}

static size_t boot_strings(uint32_t count, uint32_t offset, const char **out)
{
    const char *at = boot_string(offset);
    for (uint32_t i = 0; i < count; i++) {
        out[i] = at;
        at += strlen(at) + 1;
    }
    return count;
}

static bool is_same_name(const char *a, const char *b)
{
    while (*a && *a != '=' && *a == *b)
        a++, b++;
    return *a == '=' && *b == '=';
}

/* The strings in one block of the arena: programs may write to them. */
static char **copy_strings(const char **list, size_t count)
{
    size_t size = (count + 1) * sizeof(char *);
    for (size_t i = 0; i < count; i++)
        size += strlen(list[i]) + 1;
    char **copy = kalloc(size);
    ASSERT(copy);
    char *at = (char *)(copy + count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(list[i]) + 1;
        copy[i] = memcpy(at, list[i], len);
        at += len;
    }
    return copy;
}

static const char **new_list(size_t count)
{
    const char **list = kalloc(count * sizeof *list);
    ASSERT(list);
    return list;
}

/* Who starts a container has merged all of it already: "defaults=no". */
static bool uses_defaults(void)
{
    const char *value = libos_conf("defaults");
    return !value || strcmp(value, "no") != 0;
}

/* A setting that boot info or else the image has; NULL: neither. */
static const char *setting(const char *key)
{
    const char *value = libos_conf(key);
    size_t count = value || !uses_defaults() ? 0 : config_values(key, NULL);
    if (count) {
        const char **list = new_list(count);
        (void)config_values(key, list);
        value = list[count - 1];
        kfree(list);
    }
    return value;
}

/* argv[0] from the tender, then what the image always begins with; the rest
 * from the tender's command line, or, if that has none, from the image. */
static char **make_args(size_t *count)
{
    size_t given = libos_boot->argc, more = config_values("entry", NULL);
    size_t baked = config_values("arg", NULL);
    const char **list = new_list(given + more + baked + 1);
    const char **own = new_list(given + 1);
    (void)boot_strings(libos_boot->argc, libos_boot->argv_off, own);
    list[0] = given ? own[0] : "main";
    *count = 1;
    if (uses_defaults())
        *count += config_values("entry", list + 1);
    if (given <= 1 && uses_defaults())
        *count += config_values("arg", list + *count);
    for (size_t i = 1; i < given; i++)
        list[(*count)++] = own[i];
    char **argv = copy_strings(list, *count);
    kfree(own);
    kfree(list);
    return argv;
}

/* The image's environment, overridden and extended by the tender's. */
static char **make_env(void)
{
    size_t given = libos_boot->envc, baked = config_values("env", NULL);
    const char **list = new_list(given + baked + 1);
    const char **more = new_list(given + 1);
    size_t count = uses_defaults() ? config_values("env", list) : 0;
    (void)boot_strings(libos_boot->envc, libos_boot->env_off, more);
    for (size_t i = 0; i < given; i++) {
        size_t at = 0;
        while (at < count && !is_same_name(list[at], more[i]))
            at++;
        list[at] = more[i];
        if (at == count)
            count++;
    }
    char **envp = copy_strings(list, count);
    kfree(more);
    kfree(list);
    return envp;
}

/* The folder as user 0, who may go anywhere; then the user. */
static void go_to_cwd(void)
{
    const char *cwd = setting("cwd");
    long rc = cwd ? sys_chdir(cwd) : 0;
    if (rc < 0)
        print_err("septum: working directory %s: error %ld\n", cwd, -rc);
}

static void become_user(void)
{
    const char *user = setting("user");
    if (!user)
        return;
    vfs_start(); /* mounting is user 0's */
    if (misc_set_user(user) < 0) {
        print_err("septum: user %s: expected UID[:GID[,GID...]]\n", user);
        hc_exit(UNI_STATUS_REFUSED);
    }
}

void libos_start(const struct uni_boot *boot)
{
    libos_boot = boot;
    memcpy(&note, hc_note, sizeof note);
    if (boot->magic != UNI_BOOT_MAGIC) {
        print_err("septum: no boot info at 0x%lx\n", (uintptr_t)boot);
        hc_exit(UNI_STATUS_REFUSED);
    }
    size_t stack_size = note.stack_size ? note.stack_size : STACK_SIZE_DEFAULT;
    stack_size = (stack_size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
    arena_init(boot->arena_addr, boot->arena_size);
    /* uni_start took the arena's first bytes as the stack we run on. */
    if (stack_size >= boot->arena_size || !arena_alloc(stack_size, true)) {
        print_err("septum: %lu bytes of memory, the stack alone takes %lu\n",
                  boot->arena_size, (uint64_t)stack_size);
        hc_exit(UNI_STATUS_REFUSED);
    }
    upcall_init(boot);
    time_init(boot);
    thread_init(boot->arena_addr, stack_size);
    random_init(boot);
    misc_init(boot);
    files_init();
    go_to_cwd();
    become_user();

    size_t argc;
    char **argv = make_args(&argc);
    char **envp = make_env();
    files_set_args(argv, envp);
    (void)libos_leave(0); /* hc_gate.depth is 1 from the start */
    personality_start((int)argc, argv, envp);
}

void (*libos_at_exit)(void);

void libos_exit(int status)
{
    void (*at_exit)(void) = libos_at_exit;

    libos_at_exit = NULL; /* a signal meanwhile ends it all at once */
    if (at_exit)
        at_exit();
    files_exit(); /* what a host's page cache would have kept */
    hc_exit(status & 0xff);
}

void sys_exit_group(int status)
{
    libos_enter();
    libos_exit(status);
}

const struct uni_note *sys_note(void)
{
    return &note;
}

const struct uni_boot *sys_boot(void)
{
    return libos_boot;
}

void *sys_pages_alloc(size_t size, int zeroed)
{
    LIBOS_CALL();
    return arena_has_room(size) ? arena_alloc(size, zeroed) : NULL;
}

void sys_pages_free(void *addr, size_t size)
{
    LIBOS_CALL();
    arena_free(addr, size);
}

long sys_pages_grow(void *addr, size_t size, size_t new_size)
{
    LIBOS_CALL();
    return new_size > size && !arena_has_room(new_size - size)
               ? -LINUX_ENOMEM
               : arena_grow(addr, size, new_size);
}
