/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What cgroups are told: units' names, limits in systemd's words, and the
 * program of the rules for devices, which is run here, step by step, against
 * the rules themselves.
 * objs: runnc/cgroup.c runnc/cgroup_procs.c runnc/cgroup_set.c
 * runnc/cgroup_v2.c runnc/cgroup_unit.c runnc/cgroup_props.c runnc/json.c
 * runnc/util.c runnc/log.c common/err.c common/io.c
 * libs: -ljansson
 */
#include <stdio.h>

#include "runnc/cgroup_bpf.c" /* its program is no interface */
#include "runnc/cgroup_unit.h"

static unsigned test_count;
static bool has_failed;

static void report(bool is_good, const char *what, const char *seen)
{
    has_failed |= !is_good;
    printf("%sok %u - %s%s%s\n", is_good ? "" : "not ", ++test_count, what,
           is_good ? "" : ": ", is_good ? "" : seen);
}

static void test_names(void)
{
    static const struct {
        const char *path, *unit, *slice; /* NULL: refused */
    } table[] = {
        {NULL, "runnc-id.scope", "system.slice"},
        {"", "runnc-id.scope", "system.slice"},
        {"a-b.slice:docker:0f", "docker-0f.scope", "a-b.slice"},
        {":docker:0f", "docker-0f.scope", "system.slice"},
        {"-.slice:p:n", "p-n.scope", "-.slice"},
        {"a.slice::n", "-n.scope", "a.slice"},
        {"a.slice:cri-containerd:0f", "cri-containerd-0f.scope", "a.slice"},
        {"/a/b", NULL, NULL},
        {"a.slice:b", NULL, NULL},
        {"a.slice:b:c:d", NULL, NULL},
        {"a:b:c", NULL, NULL},
        {"-a.slice:b:c", NULL, NULL},
        {"a-.slice:b:c", NULL, NULL},
        {"a--b.slice:b:c", NULL, NULL},
        {".slice:b:c", NULL, NULL},
        {"a/../b.slice:b:c", NULL, NULL},
        {"a.slice:b/c:d", NULL, NULL},
        {"a.slice:b:", NULL, NULL},
        {"a.slice:b:c d", NULL, NULL},
        {"a.slice:b:c\xc3\xa4", NULL, NULL}};
    char unit[CGROUP_UNIT_MAX + 1], slice[CGROUP_UNIT_MAX + 1], path[1024];
    struct err err;

    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        int rc =
            cgroup_unit_names(unit, slice, table[i].path, "id", false, &err);
        bool is_good = !table[i].unit
                           ? rc < 0
                           : rc == 0 && !strcmp(unit, table[i].unit) &&
                                 !strcmp(slice, table[i].slice);
        report(is_good, table[i].path ? table[i].path : "no path",
               rc < 0 ? err.text : unit);
    }
    for (unsigned part = 0; part < 3; part++) {
        char name[300];
        memset(name, 'x', sizeof name);
        name[sizeof name - 1] = 0;
        snprintf(path, sizeof path, "%s.slice:%s:%s", part == 0 ? name : "a",
                 part == 1 ? name : "b", part == 2 ? name : "c");
        report(cgroup_unit_names(unit, slice, path, "id", false, &err) < 0,
               "a long part is refused", unit);
    }
    report(cgroup_unit_names(unit, slice, NULL, "id", true, &err) == 0 &&
               !strcmp(slice, "user.slice"),
           "a user's slice", slice);
}

static bool has_prop(const struct cgroup_props *props, const char *word)
{
    for (size_t i = 0; i < props->count; i++)
        if (!strcmp(props->at[i], word))
            return true;
    return false;
}

static void expect_props(const struct spec_resources *res, bool is_unified,
                         const char *const *words, const char *what)
{
    static struct cgroup_props props;
    struct err err;
    size_t count = 0;

    props.count = props.used = 0;
    if (cgroup_props_limits(&props, is_unified, res, &err) < 0) {
        report(!words, what, err.text);
        return;
    }
    const char *missing = NULL;
    for (; words && words[count]; count++)
        if (!has_prop(&props, words[count]))
            missing = words[count];
    report(words && !missing && props.count == count, what,
           missing ? missing : "others");
}

static void test_props(void)
{
    struct spec_pair unified[] = {{"memory.high", "1000"},
                                  {"cpu.max", "max 5000"},
                                  {"pids.max", "max"},
                                  {"cpuset.cpus", "1,8-9"},
                                  {"hugetlb.2MB.max", "0"}};
    struct spec_pair bad[] = {{"memory.high", "-1"}};
    struct spec_resources res = {.is_set = true,
                                 .has_limit = true,
                                 .limit = 1000,
                                 .has_swap = true,
                                 .swap = 1500,
                                 .shares = 1024,
                                 .quota = 33333,
                                 .period = 100000,
                                 .has_pids = true,
                                 .pids = -1,
                                 .cpus = "0-3,8",
                                 .mems = "0"};
    expect_props(&res, true,
                 (const char *const[]){
                     "MemoryMax=t:1000", "MemorySwapMax=t:500",
                     "CPUWeight=t:39", "CPUQuotaPerSecUSec=t:340000",
                     "CPUQuotaPeriodUSec=t:100000", "TasksMax=t:max",
                     "AllowedCPUs=ay:0f01", "AllowedMemoryNodes=ay:01", NULL},
                 "limits of version 2");
    expect_props(&res, false,
                 (const char *const[]){"MemoryLimit=t:1000", "CPUShares=t:1024",
                                       "CPUQuotaPerSecUSec=t:340000",
                                       "CPUQuotaPeriodUSec=t:100000",
                                       "TasksMax=t:max", NULL},
                 "limits of version 1");
    res.swap = res.limit;
    res.cpus = res.mems = NULL;
    res.quota = res.pids = 0;
    res.period = res.shares = 0;
    expect_props(
        &res, true,
        (const char *const[]){"MemoryMax=t:1000", "MemorySwapMax=t:0", NULL},
        "no swap");
    res.swap = 999;
    expect_props(&res, true, NULL, "less with swap than without");
    res.swap = 0;
    res.limit = -1;
    expect_props(
        &res, true,
        (const char *const[]){"MemoryMax=t:max", "MemorySwapMax=t:max", NULL},
        "without limits");
    res.swap = 5;
    expect_props(&res, true, NULL, "swap without memory");
    res = (struct spec_resources){
        .is_set = true, .unified = unified, .unified_count = 5};
    expect_props(
        &res, true,
        (const char *const[]){"MemoryHigh=t:1000", "CPUQuotaPeriodUSec=t:5000",
                              "CPUQuotaPerSecUSec=t:max", "TasksMax=t:max",
                              "AllowedCPUs=ay:0203", NULL},
        "unified");
    res = (struct spec_resources){
        .is_set = true, .unified = bad, .unified_count = 1};
    expect_props(&res, true, NULL, "a negative limit");
    static const char *const sets[] = {"x",    "3-1", "0-",           "-1",
                                       "9999", "0 1", "0-99999999999"};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        res = (struct spec_resources){.is_set = true, .cpus = sets[i]};
        expect_props(&res, true, NULL, sets[i]);
    }
}

static void test_weights(void)
{
    report(cgroup_weight_of_shares(2) == 1 && cgroup_weight_of_shares(1) == 1 &&
               cgroup_weight_of_shares(1024) == 39 &&
               cgroup_weight_of_shares(262144) == 10000 &&
               cgroup_weight_of_shares(UINT64_MAX) == 10000,
           "shares to weights", "");
    report(cgroup_weight_of_blkio(10) == 1 &&
               cgroup_weight_of_blkio(1000) == 10000,
           "blkio's weights", "");
}

/* The few instructions that are used; a jump must stay in the program. */
static int execute(const struct program *program,
                   const struct bpf_cgroup_dev_ctx *ctx)
{
    uint32_t reg[10] = {0};
    for (uint32_t at = 0; at < program->count; at++) {
        const struct bpf_insn *insn = &program->insns[at];
        uint32_t *dst = &reg[insn->dst_reg];
        uint32_t imm = (uint32_t)insn->imm;
        switch (insn->code) {
        case BPF_LDX | BPF_MEM | BPF_W:
            memcpy(dst, (const char *)ctx + insn->off, 4);
            break;
        case BPF_ALU | BPF_MOV | BPF_X:
            *dst = reg[insn->src_reg];
            break;
        case BPF_ALU | BPF_MOV | BPF_K:
            *dst = imm;
            break;
        case BPF_ALU | BPF_RSH | BPF_K:
            *dst >>= imm;
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            *dst &= imm;
            break;
        case BPF_JMP32 | BPF_JNE | BPF_K:
            at += *dst != imm ? (uint32_t)insn->off : 0;
            break;
        case BPF_JMP32 | BPF_JEQ | BPF_K:
            at += *dst == imm ? (uint32_t)insn->off : 0;
            break;
        case BPF_JMP | BPF_EXIT:
            return (int)reg[0];
        default:
            return -1;
        }
    }
    return -2; /* fell out of it */
}

/* The same decision, from the rules. access: the kernel's bits. */
static bool is_allowed(const struct spec_device_rule *rules, size_t count,
                       char type, int64_t major, int64_t minor, int32_t access)
{
    for (int32_t bit = 1; bit <= 4; bit <<= 1) {
        bool is = true;
        for (size_t i = 0; i < count; i++)
            if ((rules[i].type == 'a' || rules[i].type == type) &&
                (rules[i].major < 0 || rules[i].major == major) &&
                (rules[i].minor < 0 || rules[i].minor == minor) &&
                (kernel_access(rules[i].access) & bit))
                is = rules[i].is_allowed;
        if ((access & bit) && !is)
            return false;
    }
    return true;
}

static unsigned differences(const struct spec_device_rule *rules, size_t count)
{
    struct program program = {0};
    struct err err;
    unsigned wrong = 0;

    if (build(&program, rules, count, &err) < 0)
        return 1;
    for (unsigned i = 0; i < 2 * 3 * 3 * 7; i++) {
        char type = i % 2 ? 'b' : 'c';
        uint32_t major = i / 2 % 3, minor = i / 6 % 3, access = 1 + i / 18;
        struct bpf_cgroup_dev_ctx ctx = {
            .access_type = access << 16 | (type == 'b' ? BPF_DEVCG_DEV_BLOCK
                                                       : BPF_DEVCG_DEV_CHAR),
            .major = major,
            .minor = minor};
        wrong += execute(&program, &ctx) !=
                 is_allowed(rules, count, type, major, minor, (int32_t)access);
    }
    free(program.insns);
    return wrong;
}

static void test_devices(void)
{
    struct spec_device_rule rules[6] = {0};
    unsigned wrong = differences(rules, 0);
    unsigned seed = 1;
    char seen[32];

    for (unsigned round = 0; round < 3000; round++) {
        size_t count = 1 + round % 6;
        for (size_t i = 0; i < count; i++) {
            seed = seed * 1103515245 + 12345;
            unsigned random = seed >> 8;
            rules[i] = (struct spec_device_rule){
                .is_allowed = random & 1,
                .type = "abcc"[random >> 1 & 3],
                .major = (int64_t)(random >> 3 & 3) - 1,
                .minor = (int64_t)(random >> 5 & 3) - 1,
                .access = random & 0x80 ? 7 : (uint8_t)(random >> 8 & 7)};
        }
        wrong += differences(rules, count);
    }
    snprintf(seen, sizeof seen, "%u times not", wrong);
    report(wrong == 0, "the program decides as the rules", seen);
}

int main(void)
{
    test_names();
    test_props();
    test_weights();
    test_devices();
    printf("1..%u\n", test_count);
    return has_failed;
}
