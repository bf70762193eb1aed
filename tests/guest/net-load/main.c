/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP example under load: test.sh. */
#include "../../../examples/http/http.c"
