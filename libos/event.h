/* SPDX-License-Identifier: Apache-2.0 */
/* Host handles and the idle loop; see also wait.h. */
#ifndef LIBOS_EVENT_H
#define LIBOS_EVENT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * fn(arg) is called inside the libOS, on any thread, whenever a poll finds
 * the handle readable; it must take what is there (or be called again) and
 * may wake threads, but not block. NULL ends it. One for each handle.
 */
void event_set_callback(uint32_t handle, void (*fn)(void *arg), void *arg);

/*
 * fn() is called when no thread can run, before the host is asked to wait:
 * true when it did something, and the run queue is looked at again. One.
 */
void event_set_idle(bool (*fn)(void));

/* For thread.c: no thread can run; one poll until the nearest deadline. */
void event_idle(void);
/* For the tick: a poll that does not wait, if anybody waits for a handle. */
void event_poll_ready(void);

#endif
