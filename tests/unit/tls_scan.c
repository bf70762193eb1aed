/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which bytes are an access to a thread-local variable by its distance from fs.
 * objs: build-tools/tls_scan.c common/err.c common/io.c
 * libs: -lelf
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build-tools/tls_scan.h"

#define TLS_SIZE 0x100u
#define NOT TLS_SCAN_NONE

/* Assembled by GNU as. */
static const struct {
    const char *what, *code;
    size_t len, want;
} cases[] = {
#define CODE(what, code, want)                                                 \
    {                                                                          \
        what, code, sizeof code - 1, want                                      \
    }
    CODE("mov %fs:-4,%eax", "\x64\x8b\x04\x25\xfc\xff\xff\xff", 0),
    CODE("nop; the same", "\x90\x64\x8b\x04\x25\xfc\xff\xff\xff", 1),
    CODE("mov %r9,%fs:-0x100", "\x64\x4c\x89\x0c\x25\x00\xff\xff\xff", 0),
    CODE("mov %fs:-0x101,%al", "\x64\x8a\x04\x25\xff\xfe\xff\xff", NOT),
    CODE("movss %fs:-4,%xmm0", "\xf3\x0f\x10\x04\x25\xfc\xff\xff\xff", NOT),
    CODE("the same with fs", "\x64\xf3\x0f\x10\x04\x25\xfc\xff\xff\xff", 0),
    CODE("vmovss", "\x64\xc5\xfa\x10\x04\x25\xfc\xff\xff\xff", 0),
    CODE("movw $5,%fs:-8", "\x64\x66\xc7\x04\x25\xf8\xff\xff\xff\x05\x00", 0),
    CODE("%fs:-8(,%rax,4)", "\x64\x8b\x04\x85\xf8\xff\xff\xff", 0),
    CODE("imm 0x64; lea -8(,%rax,8)",
         "\x83\xc0\x64\x48\x8d\x14\xc5\xf8\xff\xff\xff", NOT),
    CODE("imm 0x64; mov -8(%rbp)", "\x83\xc0\x64\x8b\x95\xf8\xff\xff\xff", NOT),
    CODE("mov %fs:0,%rax", "\x64\x48\x8b\x04\x25\x00\x00\x00\x00", NOT),
    CODE("mov %fs:0x28,%rax", "\x64\x48\x8b\x04\x25\x28\x00\x00\x00", NOT),
    CODE("mov $-8,%rax; mov %fs:(%rax),%ecx",
         "\x48\xc7\xc0\xf8\xff\xff\xff\x64\x8b\x08", 7),
    CODE("mov $-8,%r9; mov %fs:(%r9),%r10",
         "\x49\xc7\xc1\xf8\xff\xff\xff\x64\x4d\x8b\x11", 7),
    CODE("mov $-8,%rax; movswl %fs:(%rax),%eax",
         "\x48\xc7\xc0\xf8\xff\xff\xff\x64\x0f\xbf\x00", 7),
    CODE("mov $-8,%rax; add %fs:0,%rax",
         "\x48\xc7\xc0\xf8\xff\xff\xff\x64\x48\x03\x04\x25\x00\x00\x00\x00",
         NOT),
    CODE("mov $-8,%r12; mov %fs:0,%rdi",
         "\x49\xc7\xc4\xf8\xff\xff\xff\x64\x48\x8b\x3c\x25\x00\x00\x00\x00",
         NOT),
    CODE("mov $-8,%r9; mov %fs:(%rcx),%eax",
         "\x49\xc7\xc1\xf8\xff\xff\xff\x64\x8b\x01", NOT),
};

int main(void)
{
    int failures = 0;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len = cases[i].len, cut;
        uint8_t *copy = malloc(len); /* its end is watched */
        if (!copy)
            return 1;
        memcpy(copy, cases[i].code, len);
        size_t got = tls_scan_code(copy, len, TLS_SIZE);
        if (got != cases[i].want) {
            printf("%s: at %zd, want %zd\n", cases[i].what, (ssize_t)got,
                   (ssize_t)cases[i].want);
            failures++;
        }
        free(copy);
        for (cut = 0; cut < len; cut++) {
            copy = malloc(cut ? cut : 1);
            if (!copy)
                return 1;
            memcpy(copy, cases[i].code, cut);
            (void)tls_scan_code(copy, cut, TLS_SIZE);
            free(copy);
        }
    }
    return failures != 0;
}
