/* SPDX-License-Identifier: Apache-2.0 */
/* A growing argument vector: see args.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "build-tools/args.h"

int args_add(struct args *args, struct err *err, const char *fmt, ...)
{
    if (args->count + 2 > args->room) {
        size_t room = args->room ? 2 * args->room : 64;
        char **v = reallocarray(args->v, room, sizeof *v);
        if (!v)
            return err_set(err, ENOMEM, "%zu arguments", room);
        args->v = v;
        args->room = room;
    }
    char *text;
    va_list ap;
    va_start(ap, fmt);
    int rc = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (rc < 0)
        return err_set(err, ENOMEM, "argument");
    args->v[args->count++] = text;
    args->v[args->count] = NULL;
    return 0;
}

int args_replace(struct args *args, size_t idx, const char *text,
                 struct err *err)
{
    char *copy = strdup(text);
    if (!copy)
        return err_set(err, ENOMEM, "argument");
    free(args->v[idx]);
    args->v[idx] = copy;
    return 0;
}

/* One word of `text` into `word`; behind it, or NULL: there was none. */
static const char *next_word(const char *text, char *word)
{
    char quote = 0;

    text += strspn(text, " \t\r\n\f\v");
    if (!*text)
        return NULL;
    for (; *text && (quote || !strchr(" \t\r\n\f\v", *text)); text++) {
        if (*text == '\\' && text[1])
            *word++ = *++text;
        else if (quote && *text == quote)
            quote = 0;
        else if (!quote && (*text == '\'' || *text == '"'))
            quote = *text;
        else
            *word++ = *text;
    }
    *word = '\0';
    return text;
}

int args_split(struct args *args, const char *text, struct err *err)
{
    char *word = malloc(strlen(text) + 1);
    int rc = 0;

    if (!word)
        return err_set(err, ENOMEM, "argument");
    while (rc == 0 && (text = next_word(text, word)))
        rc = args_add(args, err, "%s", word);
    free(word);
    return rc;
}

bool args_has_value(const char *option)
{
    static const char *const list[] = {
        "-o",         "-x",         "-I",           "-L",
        "-D",         "-U",         "-l",           "-B",
        "-T",         "-u",         "-z",           "-e",
        "-A",         "-MF",        "-MT",          "-MQ",
        "-include",   "-imacros",   "-isystem",     "-iquote",
        "-idirafter", "-iprefix",   "-iwithprefix", "-iwithprefixbefore",
        "-isysroot",  "-imultilib", "-Xlinker",     "-Xassembler",
        "-aux-info",  "--param",    "-dumpbase",    "-Xpreprocessor",
        "-dumpdir",   "-wrapper"};
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (strcmp(option, list[i]) == 0)
            return true;
    return false;
}

void args_release(struct args *args)
{
    for (size_t i = 0; i < args->count; i++)
        free(args->v[i]);
    free(args->v);
}
