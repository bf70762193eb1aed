/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tender's command line, the forms an option may have. What is refused is
 * in tests/cli/tender-refusals.sh.
 * objs: tender/options.c common/err.c
 */
#include <stdio.h>
#include <string.h>

#include "tender/options.h"

static struct options options;
static int test_count, failures;

static void ok(int is_ok, const char *name, const char *said)
{
    printf("%sok %d - %s%s%s\n", is_ok ? "" : "not ", ++test_count, name,
           is_ok ? "" : ": ", is_ok ? "" : said);
    failures += !is_ok;
}

static int parse(struct err *err, char **argv)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    memset(&options, 0, sizeof options);
    err->text[0] = 0;
    return options_parse(&options, argc, argv, err);
}
#define PARSE(...) parse(&err, (char *[]){"tender", __VA_ARGS__, NULL})

static void sizes(void)
{
    static const struct {
        const char *text;
        uint64_t size;
    } good[] = {{"0", 0},          {"1", 1},           {"64M", 64 << 20},
                {"64m", 64 << 20}, {"4096K", 4 << 20}, {"3G", 3ull << 30},
                {"2T", 2ull << 40}};
    static const char *const bad[] = {
        "",         "x",  "1x",   "1MM", "-1",   "+1",
        " 1",       "1 ", "0x10", "M",   "1.5G", "18446744073709551616",
        "16777216T"};
    struct err err;
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint64_t size = 99;
        ok(options_size(&size, good[i].text, &err) == 0 && size == good[i].size,
           "size", good[i].text);
    }
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t size = 99;
        ok(options_size(&size, bad[i], &err) < 0 && size == 99 &&
               err.is_refusal,
           "no size", bad[i]);
    }
}

int main(void)
{
    struct err err;

    ok(PARSE("a.uni") == 0 && !strcmp(options.image_path, "a.uni") &&
           options.arg_count == 0 && !strcmp(options.cage, "seccomp") &&
           options.mem_size == 0 && !options.is_dry_run,
       "defaults", err.text);
    ok(PARSE("--mem=1G", "--mem", "2G", "a", "--mem=3G", "-x") == 0 &&
           options.mem_size == 2ull << 30 && options.arg_count == 2 &&
           !strcmp(options.args[0], "--mem=3G"),
       "both_forms_of_a_value_and_what_follows_the_image", err.text);
    ok(PARSE("--", "--a") == 0 && !strcmp(options.image_path, "--a"),
       "two_dashes_end_options", err.text);
    ok(PARSE("--block:data=x,ro", "--block", "y", "--net:lan", "tap0",
             "--stream:ctl=fd:7", "a") == 0 &&
           options.device_count == 4 &&
           !strcmp(options.device[0].name, "data") &&
           !strcmp(options.device[0].value, "x,ro") &&
           options.device[1].name[0] == 0 &&
           options.device[2].cls == UNI_CLASS_NET &&
           !strcmp(options.device[2].value, "tap0") &&
           options.device[3].cls == UNI_CLASS_STREAM,
       "devices", err.text);
    ok(PARSE("--ip:lan=10.0.0.2/24", "--dhcp", "--conf", "a=b=c", "a") == 0 &&
           options.conf_count == 3 && !strcmp(options.conf[0].key, "ip") &&
           options.conf[0].name_len == 3 &&
           !strcmp(options.conf[1].key, "dhcp") &&
           !strcmp(options.conf[1].value, "1") && !options.conf[2].key,
       "settings", err.text);
    uint8_t mac[6];
    ok(PARSE("--net:n=t", "--mac:n=02:00:0a:Ff:00:01", "a") == 0 &&
           options.device[1].cls == OPTION_MAC &&
           options_mac(mac, options.device[1].value) == 0 &&
           !memcmp(mac, "\x02\x00\x0a\xff\x00\x01", 6),
       "mac", err.text);
    ok(PARSE("--env", "A=", "--env=B=c=d", "a") == 0 &&
           options.env_count == 2 && !strcmp(options.env[1], "B=c=d"),
       "environment", err.text);
    ok(PARSE("--help", "--frob") == 0 && options.is_help, "help_wins",
       err.text);
    ok(PARSE("--dry-run", "--trace", "--stats", "--core=c", "a") == 0 &&
           options.is_dry_run && options.has_trace && options.has_stats &&
           !strcmp(options.core_path, "c"),
       "flags", err.text);

    static const char *const bad[] = {
        "--mac=02:00:00:00:00",
        "--mac=02:00:00:00:00:0g",
        "--mac=02:00:00:00:00:01x",
        "--mac=020:0:00:00:00:01",
        "--mac=",
        "--block:=x",
        "--block:aaaaaaaaaaaaaaaaaaaaaaaa=x",
        "--trace:x",
        "--dhcp=1",
        "--=x",
        "---",
        "-",
        "--memx=1",
        "--me=1",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
        ok(PARSE((char *)bad[i], "a") < 0 && err.is_refusal, "refuses", bad[i]);
    sizes();
    printf("1..%d\n", test_count);
    return failures != 0;
}
