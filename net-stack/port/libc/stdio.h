/* SPDX-License-Identifier: Apache-2.0 */
/* lwIP 2.2's mem.c names it for checks that are off. */
#ifndef NET_PORT_STDIO_H
#define NET_PORT_STDIO_H
#endif
