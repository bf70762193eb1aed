/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services and protocols by name: /etc/services of the root file system where
 * there is one, and a short table of IANA's.
 */
#include <ctype.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc.h"
#include "net.h"

static const struct known {
    const char *name;
    uint16_t port;
    uint8_t kinds; /* 1: tcp, 2: udp */
} known[] = {
    {"echo", 7, 3},         {"discard", 9, 3},  {"daytime", 13, 3},
    {"ftp-data", 20, 1},    {"ftp", 21, 1},     {"ssh", 22, 1},
    {"telnet", 23, 1},      {"smtp", 25, 1},    {"time", 37, 3},
    {"domain", 53, 3},      {"bootps", 67, 2},  {"bootpc", 68, 2},
    {"tftp", 69, 2},        {"http", 80, 1},    {"www", 80, 1},
    {"kerberos", 88, 3},    {"pop3", 110, 1},   {"sunrpc", 111, 3},
    {"ntp", 123, 2},        {"imap2", 143, 1},  {"imap", 143, 1},
    {"snmp", 161, 3},       {"ldap", 389, 3},   {"https", 443, 3},
    {"submission", 587, 1}, {"ldaps", 636, 3},  {"imaps", 993, 1},
    {"pop3s", 995, 1},      {"mysql", 3306, 1}, {"postgresql", 5432, 1},
    {"amqp", 5672, 1},      {"redis", 6379, 1}, {"http-alt", 8080, 3},
};
#define KNOWN_COUNT (sizeof known / sizeof known[0])

static struct {
    struct servent entry;
    char name[64], proto[8];
    char *aliases[1];
} serv;

static struct servent *give(const char *name, int port, const char *proto)
{
    snprintf(serv.name, sizeof serv.name, "%s", name);
    snprintf(serv.proto, sizeof serv.proto, "%s", proto);
    serv.entry =
        (struct servent){serv.name, serv.aliases, htons(port), serv.proto};
    return &serv.entry;
}

/* One line of services(5): "name port/protocol alias..."; true if it fits. */
static bool line_matches(char *line, const char *name, int port,
                         const char *proto, struct servent **found)
{
    char *save, *word, *first, *number;
    bool is_name = false;

    line[strcspn(line, "#\n")] = '\0';
    first = strtok_r(line, " \t", &save);
    number = first ? strtok_r(NULL, " \t", &save) : NULL;
    char *slash = number ? strchr(number, '/') : NULL;
    if (!slash)
        return false;
    *slash = '\0';
    if (proto && strcmp(slash + 1, proto) != 0)
        return false;
    if (name) {
        is_name = strcmp(first, name) == 0;
        while (!is_name && (word = strtok_r(NULL, " \t", &save)))
            is_name = strcmp(word, name) == 0;
    }
    if (name ? !is_name : atoi(number) != port)
        return false;
    *found = give(first, atoi(number), slash + 1);
    return true;
}

static struct servent *find(const char *name, int port, const char *proto)
{
    struct servent *found = NULL;
    char line[256];
    FILE *file = fopen("/etc/services", "re");

    while (file && fgets(line, sizeof line, file))
        if (line_matches(line, name, port, proto, &found))
            break;
    if (file)
        fclose(file);
    for (size_t i = 0; i < KNOWN_COUNT && !found; i++) {
        int kinds = known[i].kinds;

        if (name ? strcmp(known[i].name, name) != 0 : known[i].port != port)
            continue;
        if (proto)
            kinds &= strcmp(proto, "tcp") == 0   ? 1
                     : strcmp(proto, "udp") == 0 ? 2
                                                 : 0;
        if (kinds)
            found =
                give(known[i].name, known[i].port, kinds & 1 ? "tcp" : "udp");
    }
    return found;
}

struct servent *getservbyname(const char *name, const char *protocol)
{
    return find(name, 0, protocol);
}

struct servent *getservbyport(int port, const char *protocol)
{
    return find(NULL, ntohs((uint16_t)port), protocol);
}

static size_t serv_pos;

void setservent(int stay_open)
{
    (void)stay_open;
    serv_pos = 0;
}

void endservent(void)
{
    serv_pos = 0;
}

struct servent *getservent(void)
{
    if (serv_pos == KNOWN_COUNT)
        return NULL;
    const struct known *k = &known[serv_pos++];
    return give(k->name, k->port, k->kinds & 1 ? "tcp" : "udp");
}

static const struct {
    const char *name;
    int number;
} protocols[] = {{"ip", 0},   {"icmp", 1},       {"igmp", 2},  {"tcp", 6},
                 {"udp", 17}, {"ipv6", 41},      {"gre", 47},  {"esp", 50},
                 {"ah", 51},  {"ipv6-icmp", 58}, {"sctp", 132}};
#define PROTOCOL_COUNT (sizeof protocols / sizeof protocols[0])
static size_t proto_pos;

static struct protoent *give_proto(size_t i)
{
    static char *aliases[1];
    static struct protoent entry;

    if (i >= PROTOCOL_COUNT)
        return NULL;
    entry = (struct protoent){(char *)protocols[i].name, aliases,
                              protocols[i].number};
    return &entry;
}

struct protoent *getprotobyname(const char *name)
{
    size_t i = 0;

    while (i < PROTOCOL_COUNT && strcmp(protocols[i].name, name) != 0)
        i++;
    return give_proto(i);
}

struct protoent *getprotobynumber(int number)
{
    size_t i = 0;

    while (i < PROTOCOL_COUNT && protocols[i].number != number)
        i++;
    return give_proto(i);
}

void setprotoent(int stay_open)
{
    (void)stay_open;
    proto_pos = 0;
}

void endprotoent(void)
{
    proto_pos = 0;
}

struct protoent *getprotoent(void)
{
    return give_proto(proto_pos++);
}
