/* SPDX-License-Identifier: Apache-2.0 */
/* glibc has it here, too. */
#include <syslog.h>
