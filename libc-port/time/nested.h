/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIBC_PORT_TIME_NESTED_H
#define LIBC_PORT_TIME_NESTED_H

/*
 * The format that a conversion of strftime and strptime stands for in the C
 * locale (C11 7.27.3.5), NULL if it does not stand for others.
 */
const char *__libc_time_nested(char letter);

#endif
