/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks of unit tests: one that fails is a line of TAP, and the test goes on.
 */
#ifndef UNIT_CHECK_H
#define UNIT_CHECK_H

#include <stdio.h>

static int failures;

/* `why`: a string with what is known beside, "" if nothing. */
#define CHECK_SAY(x, why)                                                      \
    do {                                                                       \
        if (!(x)) {                                                            \
            printf("not ok - %s:%d: %s %s\n", __func__, __LINE__, #x, why);    \
            failures++;                                                        \
        }                                                                      \
    } while (0)
#define CHECK(x) CHECK_SAY(x, "")

#endif
