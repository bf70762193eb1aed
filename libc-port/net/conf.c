/* SPDX-License-Identifier: Apache-2.0 */
/* resolv.conf(5) and hosts(5). */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "libc.h"
#include "net-stack/sys_net.h"
#include "net.h"

static bool parse_addr(const char *text, struct net_addr *addr)
{
    memset(addr, 0, sizeof *addr);
    if (inet_pton(AF_INET, text, addr->addr) == 1) {
        addr->family = AF_INET;
        return true;
    }
    char buf[64];
    snprintf(buf, sizeof buf, "%s", text);
    char *zone = strchr(buf, '%');
    if (zone) {
        *zone++ = '\0';
        addr->scope_id = (uint32_t)atoi(zone);
    }
    addr->family = AF_INET6;
    return inet_pton(AF_INET6, buf, addr->addr) == 1;
}

static void add_search(struct net_resolv *conf, char *words)
{
    char *save, *word;

    conf->search_count = 0;
    for (word = strtok_r(words, " \t", &save); word;
         word = strtok_r(NULL, " \t", &save))
        if (conf->search_count < SEARCH_MAX && strlen(word) < NAME_MAX_LEN)
            strcpy(conf->search[conf->search_count++], word);
}

static unsigned clamp(const char *text, unsigned min, unsigned max)
{
    int value = atoi(text);

    if (value < (int)min)
        return min;
    return value > (int)max ? max : (unsigned)value;
}

static void read_options(struct net_resolv *conf, char *words)
{
    char *save, *word;

    for (word = strtok_r(words, " \t", &save); word;
         word = strtok_r(NULL, " \t", &save)) {
        if (strncmp(word, "ndots:", 6) == 0)
            conf->ndots = clamp(word + 6, 0, 15);
        else if (strncmp(word, "timeout:", 8) == 0)
            conf->timeout_s = clamp(word + 8, 1, 30);
        else if (strncmp(word, "attempts:", 9) == 0)
            conf->attempts = clamp(word + 9, 1, 5);
        else if (strcmp(word, "rotate") == 0)
            conf->rotate = true;
        else if (strcmp(word, "use-vc") == 0)
            conf->use_tcp = true;
    }
}

static void read_file(struct net_resolv *conf, bool wants_servers)
{
    char line[512];
    FILE *file = fopen("/etc/resolv.conf", "re");

    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "#;\r\n")] = '\0';
        size_t n = strcspn(line, " \t");
        char *rest = line + n + strspn(line + n, " \t");
        char *end = rest + strcspn(rest, " \t");

        if (n == 10 && strncmp(line, "nameserver", n) == 0) {
            *end = '\0';
            if (wants_servers && conf->server_count < 3 &&
                parse_addr(rest, &conf->server[conf->server_count]))
                conf->server_count++;
        } else if (n == 6 && (strncmp(line, "search", n) == 0 ||
                              strncmp(line, "domain", n) == 0)) {
            add_search(conf, rest);
        } else if (n == 7 && strncmp(line, "options", n) == 0) {
            read_options(conf, rest);
        }
    }
    if (file)
        fclose(file);
}

void net_resolv_read(struct net_resolv *conf)
{
    struct net_dns_conf given;

    memset(conf, 0, sizeof *conf);
    conf->ndots = 1;
    conf->timeout_s = 5;
    conf->attempts = 2;
    if (sys_net_dns(&given) < 0)
        memset(&given, 0, sizeof given);
    for (uint32_t i = 0; i < given.count; i++) {
        struct net_addr *server = &conf->server[conf->server_count++];

        server->family = AF_INET6;
        memcpy(server->addr, given.server[i], 16);
        if (IN6_IS_ADDR_V4MAPPED(given.server[i])) {
            server->family = AF_INET;
            memcpy(server->addr, given.server[i] + 12, 4);
        }
    }
    read_file(conf, conf->server_count == 0);
    if (given.search[0])
        add_search(conf, given.search);
    if (!conf->server_count) { /* resolv.conf(5): this machine's */
        conf->server[0].family = AF_INET;
        memcpy(conf->server[0].addr, "\x7f\0\0\1", 4);
        conf->server_count = 1;
    }
}

static void add_loopback(int family, struct net_answer *answer)
{
    if (family != AF_INET && answer->count < ADDR_MAX) {
        struct net_addr *addr = &answer->addr[answer->count++];
        memset(addr, 0, sizeof *addr);
        addr->family = AF_INET6;
        addr->addr[15] = 1;
    }
    if (family != AF_INET6 && answer->count < ADDR_MAX) {
        struct net_addr *addr = &answer->addr[answer->count++];
        memset(addr, 0, sizeof *addr);
        addr->family = AF_INET;
        memcpy(addr->addr, "\x7f\0\0\1", 4);
    }
}

/* RFC 6761 s6.3 */
static bool is_localhost(const char *name)
{
    size_t len = strlen(name);

    return strcasecmp(name, "localhost") == 0 ||
           (len > 10 && strcasecmp(name + len - 10, ".localhost") == 0);
}

int net_hosts_find(const char *name, int family, struct net_answer *answer)
{
    char line[512];
    FILE *file = fopen("/etc/hosts", "re");

    while (file && fgets(line, sizeof line, file)) {
        char *save, *word, *first;
        struct net_addr addr;

        line[strcspn(line, "#\r\n")] = '\0';
        word = strtok_r(line, " \t", &save);
        if (!word || !parse_addr(word, &addr) ||
            (family != AF_UNSPEC && addr.family != family))
            continue;
        first = word = strtok_r(NULL, " \t", &save);
        for (; word; word = strtok_r(NULL, " \t", &save)) {
            if (strcasecmp(word, name) != 0)
                continue;
            if (answer->count < ADDR_MAX)
                answer->addr[answer->count++] = addr;
            if (!answer->canon[0])
                snprintf(answer->canon, sizeof answer->canon, "%s", first);
            break;
        }
    }
    if (file)
        fclose(file);
    if (!answer->count && is_localhost(name)) {
        add_loopback(family, answer);
        snprintf(answer->canon, sizeof answer->canon, "%s", name);
    }
    return answer->count ? 0 : EAI_NONAME;
}

bool net_hosts_name(const struct net_addr *want, char *name, size_t size)
{
    char line[512];
    bool is_found = false;
    FILE *file = fopen("/etc/hosts", "re");

    while (file && !is_found && fgets(line, sizeof line, file)) {
        char *save, *word;
        struct net_addr addr;

        line[strcspn(line, "#\r\n")] = '\0';
        word = strtok_r(line, " \t", &save);
        if (!word || !parse_addr(word, &addr) || addr.family != want->family ||
            memcmp(addr.addr, want->addr, 16) != 0)
            continue;
        word = strtok_r(NULL, " \t", &save);
        if (word) {
            snprintf(name, size, "%s", word);
            is_found = true;
        }
    }
    if (file)
        fclose(file);
    return is_found;
}
