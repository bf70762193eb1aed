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

/* "key=value" for the guest, not yet one string. */
struct option_conf {
    const char *key;   /* option's name, or NULL: value is all of it */
    const char *name;  /* device name after the colon, or NULL */
    uint32_t name_len; /* bytes */
    const char *value;
};

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
    bool is_hidden;
    const char *cage;
    uint64_t mem_size;     /* bytes; 0: not given */
    const char *core_path; /* or NULL */
    const char *image_path;
    const char *image_fd; /* "fd:N", or NULL: open image_path */
    const char *kvm_fd;   /* "fd:N", or NULL: open /dev/kvm */
    char **args;          /* after the image, NULL-terminated */
    struct option_device *device;
    const char **env;
    struct option_conf *conf;
};

/* Fills *options (zeroed by the caller), once in a process: the lists are its
 * own, strings stay argv's. */
int options_parse(struct options *options, int argc, char **argv,
                  struct err *err);

/* Prints --help's text to fd. */
void options_help(int fd);

/* "02:00:00:00:00:01"; 0, or minus errno. */
int options_mac(uint8_t mac[6], const char *text);

/* "64M", "4096K", "1G", "65536": bytes, or a refusal. */
int options_size(uint64_t *size, const char *text, struct err *err);

#endif
