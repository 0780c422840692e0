/* SPDX-License-Identifier: Apache-2.0 */
#include "server/deadlines.h"

#include <sys/socket.h>
#include <time.h>

#include "core/error.h"

#define LOOK_EVERY_MS 250

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void miev_deadlines_init(struct miev_deadlines *all)
{
    pthread_condattr_t attributes;
    *all = (struct miev_deadlines){.list = NULL};
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_mutex_init(&all->mutex, NULL);
    (void)pthread_cond_init(&all->wake, &attributes);
    (void)pthread_condattr_destroy(&attributes);
}

void miev_deadlines_finish(struct miev_deadlines *all)
{
    (void)pthread_mutex_destroy(&all->mutex);
    (void)pthread_cond_destroy(&all->wake);
}

/* With the lock held, which is given up meanwhile. */
static void wait_a_little(struct miev_deadlines *all)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += LOOK_EVERY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    (void)pthread_cond_timedwait(&all->wake, &all->mutex, &until);
}

static void *look(void *context)
{
    struct miev_deadlines *all = context;
    (void)pthread_mutex_lock(&all->mutex);
    while (!all->closing) {
        int64_t now = now_ms();
        for (const struct miev_deadline *each = all->list; each; each = each->next) {
            int64_t at = each->at_ms;
            if (at != 0 && now > at)
                (void)shutdown(each->fd, SHUT_RDWR);
        }
        wait_a_little(all);
    }
    (void)pthread_mutex_unlock(&all->mutex);
    return NULL;
}

int miev_deadlines_start(struct miev_deadlines *all, struct miev_error *err)
{
    return pthread_create(&all->thread, NULL, look, all) == 0
               ? MIEV_OK
               : miev_error_set(err, MIEV_ERR_NOMEM, "no thread for the server");
}

void miev_deadlines_stop(struct miev_deadlines *all)
{
    (void)pthread_mutex_lock(&all->mutex);
    all->closing = true;
    (void)pthread_cond_signal(&all->wake);
    (void)pthread_mutex_unlock(&all->mutex);
    (void)pthread_join(all->thread, NULL);
}

void miev_deadlines_add(struct miev_deadlines *all, struct miev_deadline *deadline)
{
    (void)pthread_mutex_lock(&all->mutex);
    deadline->before = NULL;
    deadline->next = all->list;
    if (deadline->next)
        deadline->next->before = deadline;
    all->list = deadline;
    (void)pthread_mutex_unlock(&all->mutex);
}

void miev_deadlines_remove(struct miev_deadlines *all, struct miev_deadline *deadline)
{
    (void)pthread_mutex_lock(&all->mutex);
    if (deadline->before)
        deadline->before->next = deadline->next;
    else
        all->list = deadline->next;
    if (deadline->next)
        deadline->next->before = deadline->before;
    (void)pthread_mutex_unlock(&all->mutex);
}

void miev_deadline_set(struct miev_deadline *deadline, unsigned seconds)
{
    deadline->at_ms = seconds ? now_ms() + (int64_t)seconds * 1000 : 0;
}
