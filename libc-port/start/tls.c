/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Thread-local storage. The image's PT_TLS segment is the template; the
 * linker has computed all offsets from its end, rounded to its alignment
 * (local-exec model): a thread's copy ends exactly at struct pthread.
 */
#include <elf.h>
#include <string.h>

#include "libc.h"
#include "uni_boot.h"
#include "uni_note.h"

extern const Elf64_Ehdr __ehdr_start;
extern __thread struct _reent __libc_reent;

static struct {
    const void *image;
    size_t file_size, size, align; /* size: rounded to align */
} template;

static void find_template(void)
{
    const Elf64_Ehdr *ehdr = &__ehdr_start;
    const Elf64_Phdr *phdr = (const void *)((uintptr_t)ehdr + ehdr->e_phoff);

    template.align = 64;
    for (int i = 0; i < ehdr->e_phnum; i++) {
        if (phdr[i].p_type != PT_TLS)
            continue;
        size_t align = phdr[i].p_align ? phdr[i].p_align : 1;
        template.image = (const void *)(uintptr_t)phdr[i].p_vaddr;
        template.file_size = phdr[i].p_filesz;
        template.size = (phdr[i].p_memsz + align - 1) & -align;
        if (align > template.align)
            template.align = align;
    }
}

size_t __libc_tls_size(void)
{
    return template.size + sizeof(struct pthread) + template.align;
}

struct pthread *__libc_tls_init(void *block, size_t size)
{
    uintptr_t at = (uintptr_t)block + size - sizeof(struct pthread);
    at &= -template.align;
    struct pthread *thread = (struct pthread *)at;
    memcpy((char *)at - template.size, template.image, template.file_size);
    thread->self = thread;
    thread->magic = PTHREAD_MAGIC;
    thread->alive = 1;
    thread->prev = thread->next = thread;
    return thread;
}

size_t __libc_main_tls_size(void)
{
    find_template();
    return __libc_tls_size();
}

/* Nothing with a stack protector may run before this is done. */
void __libc_main_thread(void *block, size_t size)
{
    /* The canary's lowest byte is 0: it stops string overflows. */
    uint64_t guard;
    memcpy(&guard, sys_boot()->seed + 48, sizeof guard);
    sys_set_stack_guard(guard & ~0xfful);

    if (!block)
        block = sys_pages_alloc(size, 1);
    if (!block)
        sys_exit_group(127);
    struct pthread *main_thread = __libc_tls_init(block, size);
    sys_set_tls(main_thread);
    main_thread->tid = (uint32_t)sys_gettid();
    main_thread->stack_size = sys_note()->stack_size;
    if (!main_thread->stack_size)
        main_thread->stack_size = 1 << 20;
    main_thread->stack = (void *)sys_boot()->arena_addr;
    __libc_reent_init();
}
