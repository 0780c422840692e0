/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/error.h"
#include "meter/calibrate.h"

#define TABLE_DOUBLES 4096 /* 32 KiB a thread */
#define MAX_THREADS   4096

struct miev_spinners {
    atomic_bool stop;
    unsigned n;
    pthread_t threads[MAX_THREADS];
};

/* Multiplications and additions over a table: what inference does most. */
static void *spin(void *argument)
{
    struct miev_spinners *spinners = argument;
    double *table = calloc(TABLE_DOUBLES, sizeof(*table));
    double sum = 1.0;
    while (table && !atomic_load_explicit(&spinners->stop, memory_order_relaxed))
        for (size_t i = 0; i < TABLE_DOUBLES; i++) {
            table[i] = table[i] * 0.999 + sum;
            sum = sum * 0.5 + table[i] * 1e-9;
        }
    if (table)
        table[0] = sum; /* so that none of it may be left out */
    free(table);
    return NULL;
}

static void stop_spinning(void *context)
{
    struct miev_spinners *spinners = context;
    atomic_store(&spinners->stop, true);
    while (spinners->n > 0)
        (void)pthread_join(spinners->threads[--spinners->n], NULL);
}

static int start_spinning(void *context, unsigned n, struct miev_error *err)
{
    struct miev_spinners *spinners = context;
    atomic_store(&spinners->stop, false);
    while (spinners->n < n && spinners->n < MAX_THREADS) {
        int number = pthread_create(&spinners->threads[spinners->n], NULL, spin, spinners);
        if (number != 0) {
            stop_spinning(spinners);
            errno = number;
            return miev_error_errno(err, "cannot start %u threads of load", n);
        }
        spinners->n++;
    }
    return MIEV_OK;
}

int miev_spinners_create(struct miev_spinners **out, struct miev_load *load, struct miev_error *err)
{
    struct miev_spinners *spinners = calloc(1, sizeof(*spinners));
    if (!spinners)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for threads of load");
    *load = (struct miev_load){.start = start_spinning, .stop = stop_spinning, .context = spinners};
    *out = spinners;
    return MIEV_OK;
}

void miev_spinners_destroy(struct miev_spinners *spinners)
{
    if (spinners)
        stop_spinning(spinners);
    free(spinners);
}
