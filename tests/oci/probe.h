/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_OCI_PROBE_H
#define TESTS_OCI_PROBE_H

/* Tells why a call failed; returns a command's status, 1. */
int failed(const char *what);

int do_edit(char **argv); /* editor.c */

/* probe_net.c */
int do_addrs(char **argv);
int do_resolve(char **argv);
int do_ask(char **argv);

#endif
