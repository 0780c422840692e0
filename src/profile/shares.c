/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "study/run.h"

#define TOO_LONG_RATIO                                                           \
    2.0 /* of the median: something else ran meanwhile. Judged by the whole run, \
         * never by an operator */

/* The runs that count, and what each is a whole of. */
struct runs {
    const struct miev_op_times *times;
    size_t *used; /* numbers of runs; owned */
    size_t n;
    double *whole_s; /* of each used run; owned */
    double *series;  /* room for one share a used run; owned */
};

static void finish_runs(struct runs *runs)
{
    free(runs->used);
    free(runs->whole_s);
    free(runs->series);
}

static double operators_s(const struct miev_op_times *times, size_t run)
{
    double sum_s = 0;
    for (size_t o = 0; o < times->n_ops; o++)
        sum_s += times->op_s[o * times->n_runs + run];
    return sum_s;
}

/* The longest that a run of these takes by itself, and the median of those that do. */
static int judge_calm(const double *run_s, size_t n, double *longest_s, double *median_s,
                      struct miev_error *err)
{
    double *sorted = calloc(n, sizeof(*sorted));
    if (!sorted)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu runs", n);
    memcpy(sorted, run_s, n * sizeof(*sorted));
    *longest_s = TOO_LONG_RATIO * miev_quantile(sorted, n, 0.25);
    size_t calm = 0;
    while (calm < n && sorted[calm] <= *longest_s)
        calm++;
    *median_s = miev_quantile(sorted, calm, 0.5);
    free(sorted);
    return MIEV_OK;
}

static int choose_runs(const struct miev_op_times *times, double longest_s, struct miev_shares *out,
                       struct runs *runs, struct miev_error *err)
{
    size_t n = times->n_runs, overlapping = 0;
    *runs = (struct runs){.times = times,
                          .used = calloc(n, sizeof(*runs->used)),
                          .whole_s = calloc(n, sizeof(*runs->whole_s)),
                          .series = calloc(n, sizeof(*runs->series))};
    if (!runs->used || !runs->whole_s || !runs->series)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu runs", n);
    double watching_s = fmax(out->watched_s - out->plain_s, 0);
    for (size_t r = 0; r < n; r++) {
        double sum_s = operators_s(times, r);
        if (times->run_s[r] > longest_s || !(sum_s > 0))
            continue;
        /* Half a microsecond was added to each call. */
        overlapping += sum_s - (double)times->n_ops * MIEV_OP_RESOLUTION_S > times->run_s[r];
        runs->whole_s[runs->n] = fmax(times->run_s[r] - watching_s, sum_s);
        runs->used[runs->n++] = r;
    }
    for (size_t i = 0; i < runs->n; i++)
        out->shared_s += runs->whole_s[i] / (double)runs->n;
    out->runs = runs->n;
    out->runs_left_out = n - runs->n;
    out->overlap = 2 * overlapping > runs->n;
    return runs->n >= 2 ? MIEV_OK
                        : miev_error_set(err, MIEV_ERR_BROKEN,
                                         "only %zu of %zu profiled runs can be used: profile more",
                                         runs->n, n);
}

/* Begin with what all runs took as a whole, or with nothing. */
static void begin_series(const struct runs *runs, bool whole)
{
    for (size_t i = 0; i < runs->n; i++)
        runs->series[i] = whole ? runs->whole_s[i] : 0;
}

static void add_operator(const struct runs *runs, size_t o, double sign)
{
    const double *op_s = runs->times->op_s + o * runs->times->n_runs;
    for (size_t i = 0; i < runs->n; i++)
        runs->series[i] += sign * op_s[runs->used[i]];
}

/* The row of what the series holds, which ends as shares. */
static int end_row(const struct runs *runs, double calls, double shared_s,
                   struct miev_share_row *out, struct miev_error *err)
{
    struct miev_mean_interval mean;
    *out = (struct miev_share_row){.calls = calls};
    for (size_t i = 0; i < runs->n; i++) {
        double own_s = fmax(runs->series[i], 0);
        runs->series[i] = own_s / runs->whole_s[i];
        out->seconds += own_s / (double)runs->n;
    }
    int rc = miev_stats_mean(runs->series, runs->n, MIEV_RUN_CONFIDENCE, &mean, err);
    if (rc != MIEV_OK)
        return rc;
    /* The parts of a microsecond that the runtime cut off are the same in every run, so that more
     * runs do not tell them; those of different calls go either way. */
    double cut_off = MIEV_OP_RESOLUTION_S * sqrt(calls) / shared_s;
    out->share = (struct miev_interval){
        .value = mean.mean,
        .low = fmax(mean.mean - hypot(mean.mean - mean.low, cut_off), 0),
        .high = fmin(mean.mean + hypot(mean.high - mean.mean, cut_off), 1),
    };
    return MIEV_OK;
}

static double calls_of(const struct miev_op_times *times, size_t o)
{
    return (double)times->ops[o].calls / (double)times->n_runs;
}

static int make_between(const struct runs *runs, struct miev_shares *out, struct miev_error *err)
{
    double calls = 0;
    begin_series(runs, true);
    for (size_t o = 0; o < runs->times->n_ops; o++) {
        add_operator(runs, o, -1);
        calls += calls_of(runs->times, o);
    }
    int rc = end_row(runs, calls, out->shared_s, &out->between, err);
    out->between.calls = 0;
    return rc;
}

/* A row for the operators of the same type as operator o, when it is the first of them. */
static int add_kind(const struct runs *runs, size_t o, struct miev_shares *out,
                    struct miev_error *err)
{
    const struct miev_op *ops = runs->times->ops;
    struct miev_share_kind *kind = &out->kinds[out->n_kinds];
    double calls = 0;
    for (size_t i = 0; i < o; i++)
        if (strcmp(ops[i].type, ops[o].type) == 0)
            return MIEV_OK;
    *kind = (struct miev_share_kind){.type = ops[o].type};
    begin_series(runs, false);
    for (size_t i = o; i < runs->times->n_ops; i++) {
        if (strcmp(ops[i].type, kind->type) != 0)
            continue;
        add_operator(runs, i, 1);
        calls += calls_of(runs->times, i);
        kind->operators++;
    }
    out->n_kinds++;
    return end_row(runs, calls, out->shared_s, &kind->row, err);
}

static int by_share(const void *a, const void *b)
{
    const struct miev_share_kind *x = a, *y = b;
    return (x->row.share.value < y->row.share.value) - (x->row.share.value > y->row.share.value);
}

static int make_rows(const struct runs *runs, struct miev_shares *out, struct miev_error *err)
{
    size_t n = runs->times->n_ops;
    out->ops = calloc(n, sizeof(*out->ops));
    out->kinds = calloc(n, sizeof(*out->kinds));
    int rc = out->ops && out->kinds
                 ? make_between(runs, out, err)
                 : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu operators", n);
    for (size_t o = 0; rc == MIEV_OK && o < n; o++)
        rc = add_kind(runs, o, out, err);
    for (size_t o = 0; rc == MIEV_OK && o < n; o++) {
        begin_series(runs, false);
        add_operator(runs, o, 1);
        rc = end_row(runs, calls_of(runs->times, o), out->shared_s, &out->ops[o], err);
    }
    if (rc == MIEV_OK)
        qsort(out->kinds, out->n_kinds, sizeof(*out->kinds), by_share);
    return rc;
}

int miev_shares_make(const struct miev_op_times *times, const double *plain_s, size_t n_plain,
                     struct miev_shares *out, struct miev_error *err)
{
    double longest_s = 0, longest_plain_s = 0;
    struct runs runs = {.used = NULL};
    *out = (struct miev_shares){.ops = NULL};
    int rc = judge_calm(plain_s, n_plain, &longest_plain_s, &out->plain_s, err);
    if (rc == MIEV_OK)
        rc = judge_calm(times->run_s, times->n_runs, &longest_s, &out->watched_s, err);
    if (rc == MIEV_OK)
        rc = choose_runs(times, longest_s, out, &runs, err);
    if (rc == MIEV_OK)
        rc = make_rows(&runs, out, err);
    finish_runs(&runs);
    return rc;
}

void miev_shares_finish(struct miev_shares *shares)
{
    free(shares->ops);
    free(shares->kinds);
}
