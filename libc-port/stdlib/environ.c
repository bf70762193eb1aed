/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <unistd.h>

/* newlib's environment functions know it as `environ`, too. */
char **environ;
static char no_name[] = "";
char *program_invocation_name = no_name;
char *program_invocation_short_name = no_name;
