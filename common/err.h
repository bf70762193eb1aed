/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors of host programs. Library code returns 0 or -errno and fills the
 * caller's struct err; only main prints it, once. Nothing here allocates.
 */
#ifndef COMMON_ERR_H
#define COMMON_ERR_H

#define ERR_TEXT_MAX 512

struct err {
    int code;                /* an errno, above 0 once set */
    char text[ERR_TEXT_MAX]; /* one line without a newline, cut if too long */
};

/* Text from fmt, then ": " and the error number's name. Returns -code. */
int err_set(struct err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Text from fmt alone, for errors that no errno describes. Returns -code. */
int err_say(struct err *err, int code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts fmt and ": " before the text that is there. Returns -err->code. */
int err_wrap(struct err *err, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
