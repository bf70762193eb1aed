/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an interface lets through to the namespace's own stack, which hears
 * nothing else: docker's name server has sockets in the container's namespace
 * and asks other servers from there.
 *
 * - from port 53 (UDP, TCP) what a socket of the namespace waits for. There is
 *   one, so the stack has no reason to say that there is none; answers to the
 *   guest's own questions have none, and go to the guest.
 * - ARP's answers and neighbour advertisements, to both: the stack looks for
 *   its gateway. It says nothing to an answer.
 *
 * A program of the kernel's own machine sees each packet before the
 * redirection does (net_plug.c), and leaves it all the others. That takes
 * cls_bpf, and privileges on the host.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/io.h"
#include "runnc/net_int.h"

/* linux/if_ether.h, RFC 791, RFC 8200, RFC 826, RFC 4861: where things are. */
#define L3 14
#define ARP_OP (L3 + 6)
#define ARP_REPLY 2
#define V4_SIZE 20
#define V4_FRAGMENT 6
#define V4_PROTOCOL 9
#define V4_ADDRS 12
#define V6_SIZE 40
#define V6_NEXT 6
#define V6_ADDRS 8
#define ICMPV6 58
#define ND_ADVERT 136
#define TCP 6
#define UDP 17
#define DNS_PORT 53

/* Places on the program's stack. */
#define HEAD (-48)  /* of IP */
#define TUPLE (-96) /* struct bpf_sock_tuple: addresses, then ports */
#define V4_TUPLE 12
#define V6_TUPLE 36

/* Instructions, linux/bpf.h; registers by number: 1 to 5 are arguments, 6 to
 * 9 outlive calls, 10 is the end of the stack. */
#define OP(c, d, s, o, i)                                                      \
    {                                                                          \
        .code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), .imm = (i)    \
    }
#define MOV(d, s) OP(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define SET(d, i) OP(BPF_ALU64 | BPF_MOV | BPF_K, d, 0, 0, i)
#define ADD(d, i) OP(BPF_ALU64 | BPF_ADD | BPF_K, d, 0, 0, i)
#define AND(d, i) OP(BPF_ALU64 | BPF_AND | BPF_K, d, 0, 0, i)
#define LOAD(size, d, s, o) OP(BPF_LDX | BPF_MEM | (size), d, s, o, 0)
#define STORE(d, o, s) OP(BPF_STX | BPF_MEM | BPF_W, d, s, o, 0)
#define COPY(to, from) LOAD(BPF_W, 1, 10, from), STORE(10, to, 1)
#define CALL(f) OP(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_##f)
#define EXIT OP(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* Jumps name a label, and are put right before the program is loaded. */
#define IF(r, i, label) OP(BPF_JMP | BPF_JEQ | BPF_K, r, 0, label, i)
#define UNLESS(r, i, label) OP(BPF_JMP | BPF_JNE | BPF_K, r, 0, label, i)
#define GOTO(label) OP(BPF_JMP | BPF_JA, 0, 0, label, 0)
#define LABEL(label) OP(0, 0, 0, label, 0)
/* `size` bytes of the packet; to the guest where there are not as many. */
#define FETCH(at, size, to)                                                    \
    MOV(1, 6), SET(2, at), MOV(3, 10), ADD(3, to), SET(4, size),               \
        CALL(skb_load_bytes), UNLESS(0, 0, GUEST)

/* As the packet has it. */
#define NET16(x) (((x)&0xff) << 8 | (x) >> 8)

enum label {
    GUEST = 1,
    ARP,
    V4,
    V6,
    BOTH,
    TAP, /* the tap's index comes into the next instruction */
    PORTS,
    TCP_SOCKET,
    FOUND,
    LABELS
};

static const struct bpf_insn source[] = {
    MOV(6, 1),
    LOAD(BPF_W, 7, 6, offsetof(struct __sk_buff, protocol)),
    IF(7, NET16(ETH_P_ARP), ARP),
    IF(7, NET16(ETH_P_IP), V4),
    IF(7, NET16(ETH_P_IPV6), V6),

    LABEL(GUEST), /* as if we were not here */
    SET(0, TC_ACT_UNSPEC),
    EXIT,

    LABEL(ARP),
    FETCH(ARP_OP, 2, HEAD),
    LOAD(BPF_H, 1, 10, HEAD),
    UNLESS(1, NET16(ARP_REPLY), GUEST),
    LABEL(BOTH),
    MOV(1, 6),
    LABEL(TAP),
    SET(2, 0),
    SET(3, 0),
    CALL(clone_redirect),
    SET(0, TC_ACT_OK),
    EXIT,

    LABEL(V4), /* no options, no fragment */
    FETCH(L3, V4_SIZE, HEAD),
    LOAD(BPF_B, 1, 10, HEAD),
    UNLESS(1, 0x45, GUEST),
    LOAD(BPF_H, 1, 10, HEAD + V4_FRAGMENT),
    AND(1, NET16(0x3fff)),
    UNLESS(1, 0, GUEST),
    LOAD(BPF_B, 8, 10, HEAD + V4_PROTOCOL),
    COPY(TUPLE, HEAD + V4_ADDRS),
    COPY(TUPLE + 4, HEAD + V4_ADDRS + 4),
    FETCH(L3 + V4_SIZE, 4, TUPLE + 8),
    LOAD(BPF_H, 7, 10, TUPLE + 8),
    SET(9, V4_TUPLE),
    GOTO(PORTS),

    LABEL(V6), /* no further headers */
    FETCH(L3, V6_SIZE, HEAD),
    LOAD(BPF_B, 8, 10, HEAD + V6_NEXT),
    FETCH(L3 + V6_SIZE, 4, TUPLE + 32),
    LOAD(BPF_H, 7, 10, TUPLE + 32),
    SET(9, V6_TUPLE),
    COPY(TUPLE + 16, HEAD + V6_ADDRS + 16),
    COPY(TUPLE + 20, HEAD + V6_ADDRS + 20),
    COPY(TUPLE + 24, HEAD + V6_ADDRS + 24),
    COPY(TUPLE + 28, HEAD + V6_ADDRS + 28),
    LOAD(BPF_B, 2, 10, TUPLE + 32),
    COPY(TUPLE, HEAD + V6_ADDRS),
    COPY(TUPLE + 4, HEAD + V6_ADDRS + 4),
    COPY(TUPLE + 8, HEAD + V6_ADDRS + 8),
    COPY(TUPLE + 12, HEAD + V6_ADDRS + 12),
    UNLESS(8, ICMPV6, PORTS),
    IF(2, ND_ADVERT, BOTH),

    LABEL(PORTS), /* 7: from which, 8: protocol, 9: the tuple's size */
    UNLESS(7, NET16(DNS_PORT), GUEST),
    MOV(1, 6),
    MOV(2, 10),
    ADD(2, TUPLE),
    MOV(3, 9),
    SET(4, BPF_F_CURRENT_NETNS),
    SET(5, 0),
    IF(8, TCP, TCP_SOCKET),
    UNLESS(8, UDP, GUEST),
    CALL(sk_lookup_udp),
    GOTO(FOUND),
    LABEL(TCP_SOCKET),
    CALL(sk_lookup_tcp),
    LABEL(FOUND),
    IF(0, 0, GUEST),
    MOV(1, 0),
    CALL(sk_release),
    SET(0, TC_ACT_OK),
    EXIT,
};
#define SOURCE_COUNT (sizeof source / sizeof *source)

static int load(int tap_index)
{
    static const char license[] = "Apache-2.0";
    struct bpf_insn code[SOURCE_COUNT];
    uint32_t at[LABELS] = {0}, count = 0;

    for (unsigned i = 0; i < SOURCE_COUNT; i++)
        if (source[i].code)
            code[count++] = source[i];
        else
            at[source[i].off] = count;
    for (uint32_t i = 0; i < count; i++) {
        uint8_t op = code[i].code & 0xf0;
        if ((code[i].code & 7) == BPF_JMP && op != BPF_CALL && op != BPF_EXIT)
            code[i].off = (int16_t)(at[code[i].off] - i - 1);
    }
    code[at[TAP]].imm = tap_index;
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_SCHED_CLS,
                           .insn_cnt = count,
                           .insns = (uintptr_t)code,
                           .license = (uintptr_t)license,
                           .prog_name = NET_PASS_NAME};
    int fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
    return fd < 0 ? -errno : fd;
}

int net_pass(struct nl_sock *sock, int index, int tap_index)
{
    struct tcmsg tc = {.tcm_family = AF_UNSPEC,
                       .tcm_ifindex = index,
                       .tcm_parent = NET_INGRESS,
                       .tcm_info =
                           TC_H_MAKE(NET_PASS_PRIO << 16, htons(ETH_P_ALL))};
    auto_fd int program = load(tap_index);
    if (program < 0)
        return program;
    struct nl_msg *msg =
        nlmsg_alloc_simple(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL);
    if (!msg)
        return -ENOMEM;
    struct nlattr *options;
    if (nlmsg_append(msg, &tc, sizeof tc, NLMSG_ALIGNTO) < 0 ||
        nla_put_string(msg, TCA_KIND, "bpf") < 0 ||
        !(options = nla_nest_start(msg, TCA_OPTIONS)) ||
        nla_put_u32(msg, TCA_BPF_FD, (uint32_t)program) < 0 ||
        nla_put_string(msg, TCA_BPF_NAME, NET_PASS_NAME) < 0 ||
        nla_put_u32(msg, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT) < 0) {
        nlmsg_free(msg);
        return -ENOMEM;
    }
    nla_nest_end(msg, options);
    int rc = nl_send_sync(sock, msg); /* frees it */
    return rc < 0 ? -EOPNOTSUPP : 0;
}
