/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of host programs. Library code fills the caller's struct err and
 * returns minus its code; main alone prints it, once, and exits.
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#include <stdbool.h>

#define ERR_TEXT_MAX 512u /* bytes with the NUL; longer text is cut */

struct err {
    int code;        /* errno, > 0 */
    bool is_refusal; /* the input is at fault, not the host */
    char text[ERR_TEXT_MAX];
};

/* The host said no: text, then ": " and what `code` means. Returns -code. */
__attribute__((format(printf, 3, 4), cold)) int
err_set(struct err *err, int code, const char *fmt, ...);

/* The input is bad; the text says it all. Returns -EINVAL. */
__attribute__((format(printf, 2, 3), cold)) int
err_refuse(struct err *err, const char *fmt, ...);

/* Text alone with a code, where the errno's own words add nothing. -code. */
__attribute__((format(printf, 3, 4), cold)) int
err_say(struct err *err, int code, const char *fmt, ...);

/* Puts text and ": " in front of an error that is set. Returns -err->code. */
__attribute__((format(printf, 2, 3), cold)) int err_wrap(struct err *err,
                                                         const char *fmt, ...);

/* Control characters become question marks, those of ISO 8859 in UTF-8, too:
 * a name from a file reaches a terminal as one harmless line. */
void err_clean(char *text);

#endif
