/* SPDX-License-Identifier: Apache-2.0 */
#ifndef _SIGNAL_H_
#define _SIGNAL_H_

#include <sys/signal.h>

typedef int sig_atomic_t;
#if __BSD_VISIBLE
typedef _sig_func_ptr sig_t;
#endif
#if __GNU_VISIBLE
typedef _sig_func_ptr sighandler_t;
typedef _sig_func_ptr __sighandler_t;
#endif

#define SIG_DFL ((_sig_func_ptr)0)
#define SIG_IGN ((_sig_func_ptr)1)
#define SIG_HOLD ((_sig_func_ptr)2)
#define SIG_ERR ((_sig_func_ptr)-1)

__BEGIN_DECLS
struct _reent;
_sig_func_ptr _signal_r(struct _reent *reent, int sig, _sig_func_ptr handler);
int _raise_r(struct _reent *reent, int sig);
_sig_func_ptr signal(int sig, _sig_func_ptr handler);
int raise(int sig);
void psignal(int sig, const char *text);
__END_DECLS

#endif
