/* SPDX-License-Identifier: Apache-2.0 */
/* The HTTP example and very many clients: test.sh. */
#include "../../../examples/http/http.c"
