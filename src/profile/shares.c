/* SPDX-License-Identifier: Apache-2.0 */
#include "profile/shares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "study/run.h"

/* Of the lower quartile: something else ran meanwhile, which only adds. Judged by the whole run,
 * never by an operator. */
#define TOO_LONG_RATIO 1.1

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

static double calls_of(const struct miev_op_times *times, size_t o)
{
    return (double)times->ops[o].calls / (double)times->n_runs;
}

static double all_calls(const struct miev_op_times *times)
{
    double calls = 0;
    for (size_t o = 0; o < times->n_ops; o++)
        calls += calls_of(times, o);
    return calls;
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

static int choose_runs(const struct miev_op_times *times, double longest_s, struct runs *runs,
                       struct miev_error *err)
{
    size_t n = times->n_runs;
    *runs = (struct runs){.times = times,
                          .used = calloc(n, sizeof(*runs->used)),
                          .whole_s = calloc(n, sizeof(*runs->whole_s)),
                          .series = calloc(n, sizeof(*runs->series))};
    if (!runs->used || !runs->whole_s || !runs->series)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu runs", n);
    for (size_t r = 0; r < n; r++)
        if (times->run_s[r] <= longest_s && times->run_s[r] > 0)
            runs->used[runs->n++] = r;
    return runs->n >= 2 ? MIEV_OK
                        : miev_error_set(err, MIEV_ERR_BROKEN,
                                         "only %zu of %zu profiled runs can be used: profile more",
                                         runs->n, n);
}

/* ---- what watching costs -------------------------------------------------------------------- */

static double mean_s(const struct runs *runs, size_t o)
{
    double sum_s = 0;
    for (size_t i = 0; i < runs->n; i++)
        sum_s += runs->times->op_s[o * runs->times->n_runs + runs->used[i]];
    return sum_s / (double)runs->n;
}

/* What watching adds to each call lies within the time that is told of it, or between the calls. No
 * one tells how much where; but within there cannot be more than there is of it, nor more than the
 * shortest call takes, nor less than what the calls take together beyond a whole inference. */
static void judge_watching(const struct runs *runs, struct miev_shares *out)
{
    const struct miev_op_times *times = runs->times;
    double calls = all_calls(times), sum_s = 0, shortest_s = INFINITY;
    for (size_t o = 0; o < times->n_ops; o++) {
        sum_s += mean_s(runs, o);
        shortest_s = fmin(shortest_s, mean_s(runs, o) / calls_of(times, o));
    }
    double watching_s = fmax(out->watched_s - out->plain_s, 0);
    double most_s = fmin(watching_s / calls, shortest_s);
    double least_s = watching_s > 0 ? fmax((sum_s - out->plain_s) / calls, 0) : 0;
    /* The least is a mean: where it is above the most, some calls have more of it than others. */
    struct miev_interval added_s = {.low = fmin(least_s, most_s), .high = fmax(least_s, most_s)};
    added_s.value = fmin((added_s.low + added_s.high) / 2, shortest_s);
    out->per_call_s = added_s;
    /* Half a microsecond was added to each call. */
    out->overlap = sum_s - calls * MIEV_OP_RESOLUTION_S > out->watched_s;
}

/* An operator in a run, without what watching took in it. */
static double own_s(const struct runs *runs, const struct miev_shares *shares, size_t o, size_t run)
{
    const struct miev_op_times *times = runs->times;
    double added_s = calls_of(times, o) * shares->per_call_s.value;
    return fmax(times->op_s[o * times->n_runs + run] - added_s, 0);
}

static void judge_wholes(struct runs *runs, struct miev_shares *out)
{
    double watching_s = fmax(out->watched_s - out->plain_s, 0);
    for (size_t i = 0; i < runs->n; i++) {
        double sum_s = 0;
        for (size_t o = 0; o < runs->times->n_ops; o++)
            sum_s += own_s(runs, out, o, runs->used[i]);
        runs->whole_s[i] = fmax(fmax(runs->times->run_s[runs->used[i]] - watching_s, sum_s), 1e-12);
        out->shared_s += runs->whole_s[i] / (double)runs->n;
    }
    out->runs = runs->n;
    out->runs_left_out = runs->times->n_runs - runs->n;
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* Begin with what all runs took as a whole, or with nothing. */
static void begin_series(const struct runs *runs, bool whole)
{
    for (size_t i = 0; i < runs->n; i++)
        runs->series[i] = whole ? runs->whole_s[i] : 0;
}

static void add_operator(const struct runs *runs, const struct miev_shares *shares, size_t o,
                         double sign)
{
    for (size_t i = 0; i < runs->n; i++)
        runs->series[i] += sign * own_s(runs, shares, o, runs->used[i]);
}

/* The row of what the series holds, which ends as shares. */
static int end_row(const struct runs *runs, double calls, const struct miev_shares *shares,
                   struct miev_share_row *out, struct miev_error *err)
{
    struct miev_mean_interval mean;
    const struct miev_interval *added_s = &shares->per_call_s;
    *out = (struct miev_share_row){.calls = calls};
    for (size_t i = 0; i < runs->n; i++) {
        /* What is left of a difference of sums is nothing. */
        double row_s = runs->series[i] > 1e-9 * runs->whole_s[i] ? runs->series[i] : 0;
        runs->series[i] = row_s / runs->whole_s[i];
        out->seconds += row_s / (double)runs->n;
    }
    int rc = miev_stats_mean(runs->series, runs->n, MIEV_RUN_CONFIDENCE, &mean, err);
    if (rc != MIEV_OK)
        return rc;
    /* More runs do not tell these two: the parts of a microsecond that the runtime cut off, which
     * go either way for different calls, and what watching added to each call, which goes one way.
     */
    double cut_off = MIEV_OP_RESOLUTION_S * sqrt(calls) / shares->shared_s;
    double added = calls * (added_s->high - added_s->low) / 2 / shares->shared_s;
    double blind = hypot(cut_off, added);
    out->share = (struct miev_interval){
        .value = fmin(mean.mean, 1),
        .low = fmax(mean.mean - hypot(mean.mean - mean.low, blind), 0),
        .high = fmin(mean.mean + hypot(mean.high - mean.mean, blind), 1),
    };
    return MIEV_OK;
}

static int make_between(const struct runs *runs, struct miev_shares *out, struct miev_error *err)
{
    begin_series(runs, true);
    for (size_t o = 0; o < runs->times->n_ops; o++)
        add_operator(runs, out, o, -1);
    int rc = end_row(runs, all_calls(runs->times), out, &out->between, err);
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
        add_operator(runs, out, i, 1);
        calls += calls_of(runs->times, i);
        kind->operators++;
    }
    out->n_kinds++;
    return end_row(runs, calls, out, &kind->row, err);
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
        add_operator(runs, out, o, 1);
        rc = end_row(runs, calls_of(runs->times, o), out, &out->ops[o], err);
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
    if (rc == MIEV_OK && !(out->plain_s > 0 && out->watched_s > 0))
        rc = miev_error_set(err, MIEV_ERR_BROKEN, "the model's process says that it took no time");
    if (rc == MIEV_OK)
        rc = choose_runs(times, longest_s, &runs, err);
    if (rc == MIEV_OK) {
        judge_watching(&runs, out);
        judge_wholes(&runs, out);
        rc = make_rows(&runs, out, err);
    }
    finish_runs(&runs);
    return rc;
}

void miev_shares_finish(struct miev_shares *shares)
{
    free(shares->ops);
    free(shares->kinds);
}
