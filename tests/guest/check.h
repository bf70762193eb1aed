/* SPDX-License-Identifier: Apache-2.0 */
/* Checks for guest tests: report and count; main returns failures != 0. */
#ifndef GUEST_CHECK_H
#define GUEST_CHECK_H

#include <stdio.h>

static int failures __attribute__((unused));

#define CHECK(x)                                                               \
    do {                                                                       \
        if (!(x)) {                                                            \
            printf("FAIL %s:%d: %s\n", __func__, __LINE__, #x);                \
            failures++;                                                        \
        }                                                                      \
    } while (0)

/* Both numbers are shown when they differ. */
#define EQUAL(a, b)                                                            \
    do {                                                                       \
        long long a_ = (long long)(a), b_ = (long long)(b);                    \
        if (a_ != b_) {                                                        \
            printf("FAIL %s:%d: %s is %lld, expected %lld\n", __func__,        \
                   __LINE__, #a, a_, b_);                                      \
            failures++;                                                        \
        }                                                                      \
    } while (0)

#endif
