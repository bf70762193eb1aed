/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The timer queue against a plain array.
 * objs: libos/timer.c
 */
#include <stdio.h>
#include <stdlib.h>

#include "libos/timer.h"
#include "tests/unit/check.h"

enum { TIMERS = 500, ROUNDS = 100000 };

static struct timer timers[TIMERS];
static int64_t model[TIMERS]; /* deadline, or -1 */
static int64_t last_fired;
static int fired_count;

static void fire(struct timer *timer)
{
    long idx = timer - timers;
    CHECK(model[idx] == timer->deadline_ns);
    CHECK(timer->deadline_ns >= last_fired);
    CHECK(!timer->is_set);
    last_fired = timer->deadline_ns;
    model[idx] = -1;
    fired_count++;
}

static int64_t model_next(void)
{
    int64_t next = INT64_MAX;
    for (int i = 0; i < TIMERS; i++)
        if (model[i] >= 0 && model[i] < next)
            next = model[i];
    return next;
}

static void agrees_with_model(void)
{
    int64_t now = 0;
    for (int i = 0; i < TIMERS; i++) {
        timers[i].fire = fire;
        model[i] = -1;
    }
    CHECK(timer_next() == INT64_MAX);
    for (int round = 0; round < ROUNDS; round++) {
        int i = rand() % TIMERS;
        if (rand() % 3 == 0) {
            timer_cancel(&timers[i]);
            model[i] = -1;
        } else {
            model[i] = now + rand() % 1000;
            timer_set(&timers[i], model[i]);
        }
        if (round % 16 == 0) {
            now += rand() % 50;
            last_fired = 0;
            timer_run(now);
            CHECK(model_next() > now);
        }
        if (round % 64 == 0)
            CHECK(timer_next() == model_next());
    }
    last_fired = 0;
    timer_run(INT64_MAX - 1);
    CHECK(timer_next() == INT64_MAX);
    CHECK(fired_count > ROUNDS / 100);
}

static struct timer again;
static int again_count;
static void fire_again(struct timer *timer)
{
    if (++again_count < 10)
        timer_set(timer, timer->deadline_ns + 1);
}

static void may_be_set_by_its_own_callback(void)
{
    again.fire = fire_again;
    timer_set(&again, 5);
    timer_run(7);
    CHECK(again_count == 3);
    timer_run(100);
    CHECK(again_count == 10);
    timer_cancel(&again); /* not set: nothing */
}

int main(void)
{
    agrees_with_model();
    may_be_set_by_its_own_callback();
    return failures != 0;
}
