/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/op_times.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"

int miev_op_times_init(struct miev_op_times *times, size_t n_runs, struct miev_error *err)
{
    *times = (struct miev_op_times){.n_runs = n_runs};
    if (n_runs == 0 || n_runs > MIEV_OP_RUNS_MAX)
        return miev_error_set(err, MIEV_ERR_INVALID, "1 to %u runs can be profiled, not %zu",
                              MIEV_OP_RUNS_MAX, n_runs);
    times->run_s = calloc(n_runs, sizeof(*times->run_s));
    return times->run_s ? MIEV_OK
                        : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu runs", n_runs);
}

void miev_op_times_finish(struct miev_op_times *times)
{
    free(times->run_s);
    free(times->ops);
    free(times->op_s);
    *times = (struct miev_op_times){0};
}

static bool same(const struct miev_op *a, const struct miev_op *b)
{
    return a->index == b->index && strcmp(a->type, b->type) == 0 && strcmp(a->name, b->name) == 0;
}

/* Its place, or n_ops. */
static size_t find(const struct miev_op_times *times, const struct miev_op *op)
{
    if (times->expected < times->n_ops && same(&times->ops[times->expected], op))
        return times->expected;
    size_t at = 0;
    while (at < times->n_ops && !same(&times->ops[at], op))
        at++;
    return at;
}

static int make_room(struct miev_op_times *times, struct miev_error *err)
{
    size_t most = MIEV_OP_TIMES_MAX / times->n_runs;
    if (times->n_ops >= (most < MIEV_OPS_MAX ? most : MIEV_OPS_MAX))
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "the model has more than %zu operators, too many for %zu runs: "
                              "profile fewer runs",
                              times->n_ops, times->n_runs);
    if (times->n_ops < times->capacity)
        return MIEV_OK;
    size_t capacity = times->capacity ? 2 * times->capacity : 64;
    struct miev_op *ops = realloc(times->ops, capacity * sizeof(*ops));
    times->ops = ops ? ops : times->ops;
    double *op_s = realloc(times->op_s, capacity * times->n_runs * sizeof(*op_s));
    times->op_s = op_s ? op_s : times->op_s;
    if (!ops || !op_s)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu operators", capacity);
    times->capacity = capacity;
    return MIEV_OK;
}

int miev_op_times_add(struct miev_op_times *times, size_t run, const struct miev_op *op,
                      uint64_t microseconds, struct miev_error *err)
{
    size_t o = find(times, op);
    if (o == times->n_ops) {
        int rc = make_room(times, err);
        if (rc != MIEV_OK)
            return rc;
        times->ops[o] = *op;
        times->ops[o].calls = 0;
        memset(times->op_s + o * times->n_runs, 0, times->n_runs * sizeof(*times->op_s));
        times->n_ops++;
    }
    times->ops[o].calls++;
    times->op_s[o * times->n_runs + run] += (double)microseconds * 1e-6 + MIEV_OP_RESOLUTION_S;
    times->expected = o + 1 < times->n_ops ? o + 1 : 0;
    return MIEV_OK;
}

void miev_op_show_shape(char *out, size_t capacity, const int64_t *dims, size_t n)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        int length =
            snprintf(out + used, capacity - used, "%s%lld", i ? " x " : "", (long long)dims[i]);
        if (length < 0 || (size_t)length >= capacity - used) {
            out[used] = '\0'; /* whole dimensions only */
            return;
        }
        used += (size_t)length;
    }
}

uint64_t miev_op_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
