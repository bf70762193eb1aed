/* SPDX-License-Identifier: Apache-2.0 */
/* Included before all else when code is analyzed: tells the analyzer what it
 * cannot see from a prototype, that err_set() and its like fail. */
#include "common/err.h"

#define err_set(...) (err_set(__VA_ARGS__), -1)
#define err_say(...) (err_say(__VA_ARGS__), -1)
#define err_refuse(...) (err_refuse(__VA_ARGS__), -1)
#define err_wrap(...) (err_wrap(__VA_ARGS__), -1)
