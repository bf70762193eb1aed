/* SPDX-License-Identifier: Apache-2.0 */
/* From the libOS's call of the personality to main. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "libc.h"

typedef void (*init_fn)(int, char **, char **);
extern const init_fn __preinit_array_start[], __preinit_array_end[];
extern const init_fn __init_array_start[], __init_array_end[];
int main(int argc, char **argv, char **envp);

/*
 * Functions that choose their code at start (the attributes ifunc and
 * target_clones): each relocation is R_X86_64_IRELATIVE, the only kind that a
 * static program has left (psABI x86-64 s4.4).
 */
struct irelative {
    uint64_t *slot;
    uint64_t info;
    uint64_t (*resolve)(void);
};
extern const struct irelative __rela_iplt_start[], __rela_iplt_end[];

/* Bytes; of a main stack that can be as small as the image asks for. */
#define TLS_ON_STACK 2048

_Noreturn void personality_start(int argc, char **argv, char **envp)
{
    /* We never return: a small block can lie here, in a page in use. */
    size_t tls_size = __libc_main_tls_size();
    void *block = NULL;
    if (tls_size <= TLS_ON_STACK)
        block = memset(__builtin_alloca(tls_size), 0, tls_size);
    else
        tls_size = (tls_size + 4095) & ~4095ul;
    __libc_main_thread(block, tls_size);
    environ = envp;
    if (argc > 0 && argv[0]) {
        program_invocation_name = argv[0];
        char *slash = strrchr(argv[0], '/');
        program_invocation_short_name = slash ? slash + 1 : argv[0];
    }
    for (const struct irelative *rel = __rela_iplt_start; rel < __rela_iplt_end;
         rel++)
        *rel->slot = rel->resolve();
    for (const init_fn *fn = __preinit_array_start; fn < __preinit_array_end;
         fn++)
        (*fn)(argc, argv, envp);
    for (const init_fn *fn = __init_array_start; fn < __init_array_end; fn++)
        (*fn)(argc, argv, envp);
    exit(main(argc, argv, envp));
}
