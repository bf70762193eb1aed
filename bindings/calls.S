/* SPDX-License-Identifier: Apache-2.0 */
/* The seven calls: entries of the hypercall page (bindings/abi/uni.h). */
#define HC_ADDR 0x10000 /* UNI_HC_ADDR; checked in gate.c */
#define HC_STRIDE 128

.macro hypercall name, number
    .globl \name
    .type \name, @function
    .set \name, HC_ADDR + \number * HC_STRIDE
.endm

hypercall hc_exit, 0
hypercall hc_clock, 1
hypercall hc_poll, 2
hypercall hc_read, 3
hypercall hc_write, 4
hypercall hc_pread, 5
hypercall hc_pwrite, 6

    .cfi_sections .debug_frame
    .section .text.hc_poll_unless, "ax", @progbits
    .globl hc_poll_unless, hc_poll_begin, hc_poll_end, hc_poll_abort
    .type hc_poll_unless, @function
hc_poll_unless:
    .cfi_startproc
hc_poll_begin:
    cmpl $0, (%rcx)
    jne hc_poll_abort
    jmp hc_poll
hc_poll_end:
hc_poll_abort:
    mov $-4, %eax /* -EINTR */
    cltq
    ret
    .cfi_endproc
    .size hc_poll_unless, . - hc_poll_unless

    .section .note.GNU-stack, "", @progbits
