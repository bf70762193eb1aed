/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _MACHINE_TIME_H
#define _MACHINE_TIME_H

#define _CLOCKS_PER_SEC_ 1000000 /* POSIX, XSI: clock() */

#endif
