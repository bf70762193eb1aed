/* SPDX-License-Identifier: Apache-2.0 */
/* Boot info (bindings/abi/uni_boot.h): measured, then written. */
#include "tender/host.h"
#include "tender/guest.h"

/* A signal frame without vector state is smaller than this, one with XSAVE's
 * smallest area (576 bytes) larger. */
#define SIGFRAME_NO_XSAVE 1150u

/*
 * One walk serves for both: without a destination it only counts. Strings are
 * separated by the NUL of each.
 */
struct writer {
    char *to; /* NULL: count only */
    uint64_t used;
};

static void put(struct writer *writer, const void *from, uint64_t len)
{
    if (writer->to)
        memcpy(writer->to + writer->used, from, len);
    writer->used += len;
}

static void put_string(struct writer *writer, const char *text)
{
    put(writer, text, strlen(text) + 1);
}

static uint32_t put_conf(struct writer *writer, const struct options *options)
{
    uint32_t offset = (uint32_t)writer->used;
    for (uint32_t i = 0; i < options->conf_count; i++) {
        if (options->conf[i].key)
            put(writer, options->conf[i].key, strlen(options->conf[i].key));
        if (options->conf[i].name) {
            put(writer, ":", 1);
            put(writer, options->conf[i].name, options->conf[i].name_len);
        }
        if (options->conf[i].key)
            put(writer, "=", 1);
        put_string(writer, options->conf[i].value);
    }
    return offset;
}

/* Everything behind struct uni_boot; sets its counts and offsets. */
static void put_parts(struct writer *writer, struct uni_boot *boot,
                      const struct guest *guest)
{
    const struct options *options = &guest->options;

    writer->used = sizeof *boot;
    boot->device_count = guest->devices.count;
    boot->device_off = (uint32_t)writer->used;
    for (uint32_t i = 0; i < guest->devices.count; i++)
        put(writer, &guest->devices.device[i].info,
            sizeof guest->devices.device[i].info);

    boot->argc = options->arg_count + 1;
    boot->argv_off = (uint32_t)writer->used;
    put_string(writer, options->image_path);
    for (uint32_t i = 0; i < options->arg_count; i++)
        put_string(writer, options->args[i]);

    boot->envc = options->env_count;
    boot->env_off = (uint32_t)writer->used;
    for (uint32_t i = 0; i < options->env_count; i++)
        put_string(writer, options->env[i]);

    boot->confc = options->conf_count;
    boot->conf_off = put_conf(writer, options);
    boot->size = writer->used;
}

uint64_t boot_measure(const struct guest *guest)
{
    struct writer writer = {.to = NULL};
    struct uni_boot boot;
    put_parts(&writer, &boot, guest);
    return writer.used;
}

static void put_terminals(struct uni_boot *boot)
{
    for (int fd = 0; fd < 3; fd++) {
        struct winsize size;
        if (ioctl(fd, TIOCGWINSZ, &size) < 0)
            continue;
        boot->flags |= (uint32_t)UNI_BOOT_TTY_IN << fd;
        if (!boot->tty_rows) {
            boot->tty_rows = size.ws_row;
            boot->tty_columns = size.ws_col;
        }
    }
}

int boot_write(struct guest *guest, struct err *err)
{
    struct uni_boot *boot = guest->boot;
    struct writer writer = {.to = (char *)boot};

    put_parts(&writer, boot, guest);
    boot->magic = UNI_BOOT_MAGIC;
    boot->abi_version = UNI_ABI_VERSION;
    boot->vcpu_count = 1;
    boot->arena_addr = UNI_ARENA_ADDR;
    boot->arena_size = guest->arena_size;
    put_terminals(boot);
    unsigned long frame = getauxval(AT_MINSIGSTKSZ);
    if (frame > SIGFRAME_NO_XSAVE) { /* CPUID would trap: this bounds it */
        boot->flags |= UNI_BOOT_XSAVE;
        boot->xsave_size = (uint32_t)frame;
    }
    if (getrandom(boot->seed, sizeof boot->seed, 0) !=
        (ssize_t)sizeof boot->seed)
        return err_set(err, errno, "getrandom");
    return 0;
}
