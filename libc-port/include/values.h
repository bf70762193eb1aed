/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _VALUES_H
#define _VALUES_H
#include <float.h>
#include <limits.h>
#define MAXINT INT_MAX
#define MININT INT_MIN
#define MAXLONG LONG_MAX
#define MINLONG LONG_MIN
#define MAXSHORT SHRT_MAX
#define MINSHORT SHRT_MIN
#define MAXDOUBLE DBL_MAX
#define MINDOUBLE DBL_MIN
#define MAXFLOAT FLT_MAX
#define MINFLOAT FLT_MIN
#define BITSPERBYTE CHAR_BIT
#endif
