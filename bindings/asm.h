/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets and sizes for assembly; gate.c compares them with the structs. */
#ifndef BINDINGS_ASM_H
#define BINDINGS_ASM_H

#define NOTE_SIZE 88
#define NOTE_STACK_SIZE 24
#define NOTE_FS_BASE 80
#define MANIFEST_SIZE 520
#define BOOT_ARENA_ADDR 32
#define BOOT_ARENA_SIZE 40
#define STACK_SIZE_DEFAULT 0x100000

#define UC_SIZE 304
#define UC_REGS 40
#define UC_R8 (UC_REGS + 0)
#define UC_R9 (UC_REGS + 8)
#define UC_R10 (UC_REGS + 16)
#define UC_R11 (UC_REGS + 24)
#define UC_R12 (UC_REGS + 32)
#define UC_R13 (UC_REGS + 40)
#define UC_R14 (UC_REGS + 48)
#define UC_R15 (UC_REGS + 56)
#define UC_RDI (UC_REGS + 64)
#define UC_RSI (UC_REGS + 72)
#define UC_RBP (UC_REGS + 80)
#define UC_RBX (UC_REGS + 88)
#define UC_RDX (UC_REGS + 96)
#define UC_RAX (UC_REGS + 104)
#define UC_RCX (UC_REGS + 112)
#define UC_RSP (UC_REGS + 120)
#define UC_RIP (UC_REGS + 128)
#define UC_RFLAGS (UC_REGS + 136)
#define UC_FPSTATE (UC_REGS + 184)
#define UC_SCRATCH (UC_REGS + 192) /* reserved[0] */

#define FP_MAGIC 0x46505853
#define FP_MAGIC_AT 464
#define FP_SIZE_AT 468  /* u32, with what follows the XSAVE area */
#define FP_MASK_AT 472  /* u64, features */
#define FP_XSIZE_AT 480 /* u32, bytes of the XSAVE area */
#define XSAVE_HEADER 512

/* Below an interrupted stack pointer: the red zone, and room for the flags
 * and the address that the last two instructions of a resume pop. */
#define RED_ZONE 128
#define RESUME_ROOM 16

#endif
