/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options: POSIX's getopt and GNU's long ones (man 3 getopt), with the
 * messages that programs print on Linux. Operands are moved behind the
 * options unless POSIXLY_CORRECT or a leading '+' says otherwise.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libc.h"

char *optarg;
int optind = 1, opterr = 1, optopt = '?';

static const char *in_cluster;            /* the rest of "-abc"; NULL: none */
static int first_operand, after_operands; /* operands passed over so far */

enum order { ORDER_PERMUTE, ORDER_STOP, ORDER_RETURN };

struct scan {
    int argc;
    char **argv;
    const char *options;
    const struct option *long_options;
    int *index;
    bool is_only; /* getopt_long_only */
    enum order order;
};

static void complain(const struct scan *scan, const char *format,
                     const char *dashes, const char *name, const char *more)
{
    if (!opterr || *scan->options == ':')
        return;
    fprintf(stderr, "%s: ", scan->argv[0]);
    /* cppcheck-suppress wrongPrintfScanfArgNum ; the callers' formats fit */
    fprintf(stderr, format, dashes, name, more);
    fputc('\n', stderr);
}

/* Moves the options [after_operands, optind) before the operands
 * [first_operand, after_operands). */
static void exchange(char **argv)
{
    int operands = after_operands - first_operand;
    int options = optind - after_operands;
    for (int i = 0; i < options; i++) {
        char *option = argv[after_operands + i];
        memmove(argv + first_operand + i + 1, argv + first_operand + i,
                (size_t)operands * sizeof *argv);
        argv[first_operand + i] = option;
    }
    first_operand += options;
    after_operands = optind;
}

static bool is_option(const char *arg)
{
    return arg[0] == '-' && arg[1];
}

/* Goes to the next argument that is an option. -1: there is none; 1: an
 * operand is the answer (ORDER_RETURN); 0: argv[optind] is an option. */
static int advance(struct scan *scan)
{
    if (after_operands > optind)
        after_operands = optind;
    if (first_operand > optind)
        first_operand = optind;
    if (scan->order == ORDER_PERMUTE) {
        if (first_operand != after_operands && after_operands != optind)
            exchange(scan->argv);
        else if (after_operands != optind)
            first_operand = optind;
        while (optind < scan->argc && !is_option(scan->argv[optind]))
            optind++;
        after_operands = optind;
    }
    if (optind < scan->argc && !strcmp(scan->argv[optind], "--")) {
        optind++;
        if (first_operand != after_operands && after_operands != optind)
            exchange(scan->argv);
        else if (first_operand == after_operands)
            first_operand = optind;
        after_operands = scan->argc;
        optind = scan->argc;
    }
    if (optind >= scan->argc) {
        if (first_operand != after_operands)
            optind = first_operand;
        return -1;
    }
    if (is_option(scan->argv[optind]))
        return 0;
    if (scan->order == ORDER_STOP)
        return -1;
    optarg = scan->argv[optind++];
    return 1;
}

static bool same_option(const struct option *a, const struct option *b)
{
    return a->has_arg == b->has_arg && a->flag == b->flag && a->val == b->val;
}

/* The option whose name is name[0..len), or the only one it begins. */
static const struct option *find_long(struct scan *scan, const char *name,
                                      size_t len, const char *dashes,
                                      bool *is_ambiguous)
{
    const struct option *found = NULL, *o;
    *is_ambiguous = false;
    for (o = scan->long_options; o->name; o++) {
        if (strncmp(o->name, name, len) != 0)
            continue;
        if (strlen(o->name) == len) {
            *is_ambiguous = false;
            return o;
        }
        if (found && (scan->is_only || !same_option(found, o)))
            *is_ambiguous = true;
        else if (!found)
            found = o;
    }
    if (*is_ambiguous && opterr && *scan->options != ':') {
        fprintf(stderr,
                "%s: option '%s%s' is ambiguous; possibilities:", scan->argv[0],
                dashes, name);
        for (o = scan->long_options; o->name; o++)
            if (strncmp(o->name, name, len) == 0)
                fprintf(stderr, " '%s%s'", dashes, o->name);
        fputc('\n', stderr);
    }
    return found;
}

/* name: behind the dashes, its value perhaps behind a '='. -1: not a long
 * option after all (getopt_long_only). */
static int long_option(struct scan *scan, const char *name, const char *dashes)
{
    size_t len = strcspn(name, "=");
    bool is_ambiguous;
    const struct option *option =
        find_long(scan, name, len, dashes, &is_ambiguous);

    if (is_ambiguous) {
        in_cluster = NULL;
        optind++;
        optopt = 0;
        return '?';
    }
    if (!option) {
        if (scan->is_only && dashes[1] == 0 && strchr(scan->options, *name))
            return -1;
        complain(scan, "unrecognized option '%s%s'", dashes, name, "");
        in_cluster = NULL;
        optind++;
        optopt = 0;
        return '?';
    }
    optind++;
    in_cluster = NULL;
    if (name[len] == '=') {
        if (option->has_arg == no_argument) {
            complain(scan, "option '%s%s' doesn't allow an argument", dashes,
                     option->name, "");
            optopt = option->val;
            return '?';
        }
        optarg = (char *)name + len + 1;
    } else if (option->has_arg == required_argument) {
        if (optind >= scan->argc) {
            complain(scan, "option '%s%s' requires an argument", dashes,
                     option->name, "");
            optopt = option->val;
            return *scan->options == ':' ? ':' : '?';
        }
        optarg = scan->argv[optind++];
    }
    if (scan->index)
        *scan->index = (int)(option - scan->long_options);
    if (!option->flag)
        return option->val;
    *option->flag = option->val;
    return 0;
}

static int short_option(struct scan *scan)
{
    char c = *in_cluster++, text[2] = {c, 0};
    const char *entry = strchr(scan->options, c);

    if (!*in_cluster)
        optind++;
    if (!entry || c == ':' || c == ';') {
        complain(scan, "invalid option -- '%s%s'", "", text, "");
        optopt = (unsigned char)c;
        if (!*in_cluster)
            in_cluster = NULL;
        return '?';
    }
    if (c == 'W' && entry[1] == ';' && scan->long_options) { /* -W NAME */
        const char *name = *in_cluster ? in_cluster : scan->argv[optind];
        if (name)
            return long_option(scan, name, "-W ");
        complain(scan, "option requires an argument -- '%s%s'", "", text, "");
        optopt = (unsigned char)c;
        in_cluster = NULL;
        return *scan->options == ':' ? ':' : '?';
    }
    if (entry[1] != ':') {
        if (!*in_cluster)
            in_cluster = NULL;
        return (unsigned char)c;
    }
    if (*in_cluster) {
        optarg = (char *)in_cluster;
        optind++;
    } else if (entry[2] == ':') {
        optarg = NULL;
    } else if (optind >= scan->argc) {
        complain(scan, "option requires an argument -- '%s%s'", "", text, "");
        optopt = (unsigned char)c;
        c = *scan->options == ':' ? ':' : '?';
    } else {
        optarg = scan->argv[optind++];
    }
    in_cluster = NULL;
    return (unsigned char)c;
}

static int next_option(struct scan *scan)
{
    if (scan->argc < 1)
        return -1;
    optarg = NULL;
    if (optind == 0) { /* start anew */
        optind = 1;
        first_operand = after_operands = 1;
        in_cluster = NULL;
    }
    if (first_operand == 0)
        first_operand = after_operands = optind;
    if (*scan->options == '-' || *scan->options == '+')
        scan->order = *scan->options++ == '-' ? ORDER_RETURN : ORDER_STOP;
    else if (getenv("POSIXLY_CORRECT"))
        scan->order = ORDER_STOP;

    if (!in_cluster || !*in_cluster) {
        int rc = advance(scan);
        if (rc)
            return rc;
        const char *arg = scan->argv[optind];
        if (scan->long_options) {
            if (arg[1] == '-')
                return long_option(scan, arg + 2, "--");
            if (scan->is_only && (arg[2] || !strchr(scan->options, arg[1]))) {
                rc = long_option(scan, arg + 1, "-");
                if (rc != -1)
                    return rc;
            }
        }
        in_cluster = arg + 1;
    }
    return short_option(scan);
}

int getopt(int argc, char *const argv[], const char *options)
{
    struct scan scan = {argc, (char **)argv, options, NULL, NULL, false, 0};
    return next_option(&scan);
}

int getopt_long(int argc, char *const argv[], const char *options,
                const struct option *long_options, int *index)
{
    struct scan scan = {argc,  (char **)argv, options, long_options,
                        index, false,         0};
    return next_option(&scan);
}

int getopt_long_only(int argc, char *const argv[], const char *options,
                     const struct option *long_options, int *index)
{
    struct scan scan = {argc,  (char **)argv, options, long_options,
                        index, true,          0};
    return next_option(&scan);
}
