/* SPDX-License-Identifier: Apache-2.0 */
/* The tender's command line. */
#ifndef TENDER_OPTIONS_H
#define TENDER_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "uni_boot.h"

#define OPTIONS_STRING_MAX 1024u /* --env and --conf, each */
#define OPTIONS_DEVICE_MAX 32u

#define OPTION_MAC 16 /* as cls: the address of a net device */

struct option_device {
    uint32_t cls;            /* enum uni_class, or OPTION_MAC */
    char name[UNI_NAME_MAX]; /* empty: the first one declared of its class */
    const char *value;       /* what comes after the = */
};

/* What every start touches stands first: a page less is 2 us less. */
struct options {
    uint32_t env_count;
    uint32_t conf_count;
    uint32_t device_count;
    uint32_t arg_count;
    bool is_dry_run;
    bool is_help;
    bool is_version;
    bool has_trace;
    bool has_stats;
    const char *cage;
    uint64_t mem_size;     /* bytes; 0: not given */
    const char *core_path; /* or NULL */
    const char *image_path;
    char **args; /* after the image, NULL-terminated */
    struct option_device device[OPTIONS_DEVICE_MAX];
    const char *env[OPTIONS_STRING_MAX];
    /* "key=value" for the guest: key and value are not yet one string. */
    struct {
        const char *key;  /* option's name, or NULL: value is all of it */
        const char *name; /* device name after the colon, or NULL */
        uint32_t name_len;
        const char *value;
    } conf[OPTIONS_STRING_MAX];
};

/* Fills *options (zeroed by the caller); strings stay argv's. */
int options_parse(struct options *options, int argc, char **argv,
                  struct err *err);

/* Prints --help's text to fd. */
void options_help(int fd);

/* "02:00:00:00:00:01"; 0, or minus errno. */
int options_mac(uint8_t mac[6], const char *text);

/* "64M", "4096K", "1G", "65536": bytes, or a refusal. */
int options_size(uint64_t *size, const char *text, struct err *err);

#endif
