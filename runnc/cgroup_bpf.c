/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Device policy of cgroup version 2: a program that the kernel runs when a
 * process inside opens or makes a device (BPF_PROG_TYPE_CGROUP_DEVICE). Of the
 * rules the last one that names a device and an access decides; where none
 * does, as in version 1, it is allowed. See cgroup.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/cgroup.h"

#define PROGRAM_NAME "septum_devices" /* tells ours from systemd's */
#define RULE_INSNS 10u                /* at most */
#define RULE_MAX 4096u
#define OTHERS_MAX 64u
#define ALL_ACCESS 7u /* spec_device_rule's bits */

enum reg {
    R_RESULT = BPF_REG_0,
    R_CTX = BPF_REG_1, /* at entry: struct bpf_cgroup_dev_ctx */
    R_TYPE = BPF_REG_2,
    R_LEFT = BPF_REG_3, /* accesses that no rule has decided yet */
    R_MAJOR = BPF_REG_4,
    R_MINOR = BPF_REG_5,
    R_TEMP = BPF_REG_6,
};

struct program {
    struct bpf_insn *insns;
    uint32_t count;
};

static struct bpf_insn *emit(struct program *program, uint8_t code, uint8_t dst,
                             uint8_t src, int16_t off, int32_t imm)
{
    struct bpf_insn *insn = &program->insns[program->count++];
    *insn = (struct bpf_insn){
        .code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm};
    return insn;
}

static void emit_return(struct program *program, bool is_allowed)
{
    emit(program, BPF_ALU | BPF_MOV | BPF_K, R_RESULT, 0, 0, is_allowed);
    emit(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* 1 r, 2 w, 4 m, as we have them, to the kernel's. */
static int32_t kernel_access(uint8_t access)
{
    return (access & 1 ? BPF_DEVCG_ACC_READ : 0) |
           (access & 2 ? BPF_DEVCG_ACC_WRITE : 0) |
           (access & 4 ? BPF_DEVCG_ACC_MKNOD : 0);
}

static void emit_rule(struct program *program,
                      const struct spec_device_rule *rule)
{
    struct bpf_insn *skips[3];
    unsigned skip_count = 0;
    int32_t access = kernel_access(rule->access);

    if (rule->type != 'a')
        skips[skip_count++] =
            emit(program, BPF_JMP32 | BPF_JNE | BPF_K, R_TYPE, 0, 0,
                 rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
    if (rule->major >= 0)
        skips[skip_count++] = emit(program, BPF_JMP32 | BPF_JNE | BPF_K,
                                   R_MAJOR, 0, 0, (int32_t)rule->major);
    if (rule->minor >= 0)
        skips[skip_count++] = emit(program, BPF_JMP32 | BPF_JNE | BPF_K,
                                   R_MINOR, 0, 0, (int32_t)rule->minor);
    if (rule->is_allowed) {
        emit(program, BPF_ALU | BPF_AND | BPF_K, R_LEFT, 0, 0, ~access);
        emit(program, BPF_JMP32 | BPF_JNE | BPF_K, R_LEFT, 0, 2, 0);
    } else if (rule->access != ALL_ACCESS) {
        emit(program, BPF_ALU | BPF_MOV | BPF_X, R_TEMP, R_LEFT, 0, 0);
        emit(program, BPF_ALU | BPF_AND | BPF_K, R_TEMP, 0, 0, access);
        emit(program, BPF_JMP32 | BPF_JEQ | BPF_K, R_TEMP, 0, 2, 0);
    }
    emit_return(program, rule->is_allowed);
    for (unsigned i = 0; i < skip_count; i++)
        skips[i]->off =
            (int16_t)(program->insns + program->count - skips[i] - 1);
}

/* A rule for everything leaves nothing to those before it. */
static size_t first_rule(const struct spec_device_rule *rules, size_t count)
{
    while (count-- > 0)
        if (rules[count].type == 'a' && rules[count].major < 0 &&
            rules[count].minor < 0 && rules[count].access == ALL_ACCESS)
            return count;
    return 0;
}

static int build(struct program *program, const struct spec_device_rule *rules,
                 size_t count, struct err *err)
{
    size_t first = first_rule(rules, count);

    if (count - first > RULE_MAX)
        return err_refuse(err, "more than %u rules for devices", RULE_MAX);
    program->insns =
        calloc((count - first) * RULE_INSNS + 10, sizeof *program->insns);
    if (!program->insns)
        return err_set(err, ENOMEM, "rules for devices");
    emit(program, BPF_LDX | BPF_MEM | BPF_W, R_TYPE, R_CTX,
         offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
    emit(program, BPF_ALU | BPF_MOV | BPF_X, R_LEFT, R_TYPE, 0, 0);
    emit(program, BPF_ALU | BPF_RSH | BPF_K, R_LEFT, 0, 0, 16);
    emit(program, BPF_ALU | BPF_AND | BPF_K, R_TYPE, 0, 0, 0xffff);
    emit(program, BPF_LDX | BPF_MEM | BPF_W, R_MAJOR, R_CTX,
         offsetof(struct bpf_cgroup_dev_ctx, major), 0);
    emit(program, BPF_LDX | BPF_MEM | BPF_W, R_MINOR, R_CTX,
         offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
    bool is_decided = false; /* what follows such a rule is dead code */
    for (size_t i = count; i-- > first && !is_decided;) {
        emit_rule(program, &rules[i]);
        is_decided = rules[i].type == 'a' && rules[i].major < 0 &&
                     rules[i].minor < 0 && !rules[i].is_allowed &&
                     rules[i].access == ALL_ACCESS;
    }
    if (!is_decided)
        emit_return(program, true);
    return 0;
}

static int bpf(int command, union bpf_attr *attr)
{
    return (int)syscall(SYS_bpf, command, attr, sizeof *attr);
}

static int load(const struct program *program, struct err *err)
{
    static const char license[] = "Apache-2.0"; /* it calls nothing of GPL's */
    const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY};
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
                           .insns = (uintptr_t)program->insns,
                           .insn_cnt = program->count,
                           .license = (uintptr_t)license};
    memcpy(attr.prog_name, PROGRAM_NAME, sizeof PROGRAM_NAME);
    int fd = bpf(BPF_PROG_LOAD, &attr);
    if (fd < 0 && errno == EPERM) { /* counted as locked until Linux 5.11 */
        (void)setrlimit(RLIMIT_MEMLOCK, &unlimited); /* loading tells */
        fd = bpf(BPF_PROG_LOAD, &attr);
    }
    return fd < 0 ? err_set(err, errno, "rules for devices: load their program")
                  : fd;
}

static bool is_ours(int fd)
{
    struct bpf_prog_info info = {0};
    union bpf_attr attr = {.info = {.bpf_fd = (uint32_t)fd,
                                    .info_len = sizeof info,
                                    .info = (uintptr_t)&info}};
    return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0 &&
           !strcmp(info.name, PROGRAM_NAME);
}

/* The one that we attached before, or -1. */
static int find_ours(int cgroup)
{
    uint32_t ids[OTHERS_MAX] = {0};
    union bpf_attr all = {.query = {.target_fd = (uint32_t)cgroup,
                                    .attach_type = BPF_CGROUP_DEVICE,
                                    .prog_ids = (uintptr_t)ids,
                                    .prog_cnt = OTHERS_MAX}};
    if (bpf(BPF_PROG_QUERY, &all) < 0)
        return -1;
    for (uint32_t i = 0; i < all.query.prog_cnt && i < OTHERS_MAX; i++) {
        union bpf_attr attr = {.prog_id = ids[i]};
        auto_fd int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
        if (fd >= 0 && is_ours(fd))
            return take_fd(&fd);
    }
    return -1;
}

int cgroup_bpf_devices(const char *path, const struct spec_device_rule *rules,
                       size_t count, struct err *err)
{
    struct program program = {0};
    auto_fd int cgroup = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (cgroup < 0)
        return err_set(err, errno, "rules for devices: open %s", path);
    int rc = build(&program, rules, count, err);
    auto_fd int fd = rc < 0 ? -1 : load(&program, err);
    free(program.insns);
    if (fd < 0)
        return -err->code;
    auto_fd int old = find_ours(cgroup);
    union bpf_attr attr = {.target_fd = (uint32_t)cgroup,
                           .attach_bpf_fd = (uint32_t)fd,
                           .attach_type = BPF_CGROUP_DEVICE,
                           .attach_flags = BPF_F_ALLOW_MULTI};
    if (old >= 0) { /* in its place: no moment without rules; Linux 5.6 */
        attr.attach_flags |= BPF_F_REPLACE;
        attr.replace_bpf_fd = (uint32_t)old;
    }
    if (bpf(BPF_PROG_ATTACH, &attr) < 0)
        return err_set(err, errno,
                       "rules for devices: attach their program "
                       "to %s",
                       path);
    return 0;
}
