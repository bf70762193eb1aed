/* SPDX-License-Identifier: Apache-2.0
 *
 * Checks of unit tests: one that fails is a line of TAP, and the test goes on.
 */
#ifndef UNIT_CHECK_H
#define UNIT_CHECK_H

#include <stdio.h>

static int failures;

/* A string with what is known beside; may be defined before. */
#ifndef CHECK_WHY
#define CHECK_WHY ""
#endif

#define CHECK(x)                                                               \
    do {                                                                       \
        if (!(x)) {                                                            \
            printf("not ok - %s:%d: %s %s\n", __func__, __LINE__, #x,          \
                   CHECK_WHY);                                                 \
            failures++;                                                        \
        }                                                                      \
    } while (0)

#endif
