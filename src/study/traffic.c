/* SPDX-License-Identifier: Apache-2.0 */
#include "study/traffic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/json.h"
#include "core/text.h"

#define SEED_OF_TRAFFIC UINT64_C(0x7261666669630000) /* not the order of the rounds */
#define SHORTEST_S      1.0
#define SHARE_ALONE     0.9 /* of the time that is left, where no rounds follow */
#define SHARE_OF_ROUNDS 0.4
#define ANSWER_S        5.0

/* ---- when requests are due ------------------------------------------------------------------ */

/* Uniform in (0, 1). */
static double random_share(struct miev_random *random)
{
    return ((double)(miev_random_next(random) >> 11) + 0.5) * 0x1p-53;
}

int miev_traffic_plan(uint64_t seed, double per_s, double duration_s, double **due_s, size_t *n,
                      struct miev_error *err)
{
    struct miev_random random = {.state = seed ^ SEED_OF_TRAFFIC};
    size_t most = MIEV_TRAFFIC_MAX_REQUESTS, count = 0;
    double *list = calloc(most, sizeof(*list));
    if (!list)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu requests", most);
    /* Times between the events of a Poisson process are exponential. */
    double at_s = -log(random_share(&random)) / per_s;
    while (count == 0 || (at_s < duration_s && count < most)) {
        list[count++] = at_s;
        at_s -= log(random_share(&random)) / per_s;
    }
    *due_s = list;
    *n = count;
    return MIEV_OK;
}

/* ---- sending -------------------------------------------------------------------------------- */

static json_t *due_json(const double *due_s, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        (void)json_array_append_new(list, json_integer((json_int_t)(due_s[i] * 1e9)));
    return list;
}

/* What the worker tells, held against the time that we waited for it. */
static int take_answer(const json_t *reply, double waited_s, size_t n,
                       struct miev_run_traffic *traffic, struct miev_error *err)
{
    const json_t *list = json_object_get(reply, "latencies_ns");
    const char *fault = json_string_value(json_object_get(reply, "fault"));
    json_int_t waited = json_integer_value(json_object_get(reply, "waited"));
    double elapsed_s = (double)json_integer_value(json_object_get(reply, "elapsed_ns")) * 1e-9;
    bool right = json_array_size(list) == n && waited >= 0 && (size_t)waited <= n &&
                 elapsed_s >= 0 && elapsed_s <= waited_s;
    double *seconds = calloc(n, sizeof(*seconds));
    size_t answered = 0;
    if (!seconds)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu latencies", n);
    for (size_t i = 0; right && i < n; i++) {
        double latency_s = (double)json_integer_value(json_array_get(list, i)) * 1e-9;
        right = latency_s <= waited_s;
        if (latency_s > 0)
            seconds[answered++] = latency_s;
    }
    if (!right) {
        free(seconds);
        return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    }
    traffic->latency = (struct miev_run_latency){seconds, answered};
    traffic->sent = n;
    traffic->waited = (size_t)waited;
    traffic->elapsed_s = elapsed_s;
    miev_text_show(traffic->fault, sizeof(traffic->fault), fault ? fault : "");
    return MIEV_OK;
}

static int send(struct miev_run *run, struct miev_run_model *model, const double *due_s, size_t n,
                struct miev_error *err)
{
    json_t *reply = NULL;
    double patience_s = run->options->timeout_s, asked_s = miev_run_elapsed_s(run);
    int rc = miev_meter_read(run->meter, 0, &model->traffic.span.start, err);
    if (rc == MIEV_OK)
        rc = miev_child_ask(model->child,
                            json_pack("{s:s, s:o, s:f}", "do", "traffic", "due_ns",
                                      due_json(due_s, n), "patience_s", patience_s),
                            -1, due_s[n - 1] + patience_s + ANSWER_S, &reply, err);
    if (rc == MIEV_OK)
        rc = miev_meter_read(run->meter, 0, &model->traffic.span.stop, err);
    if (rc == MIEV_OK)
        rc = take_answer(reply, miev_run_elapsed_s(run) - asked_s, n, &model->traffic, err);
    model->traffic.span.count = rc == MIEV_OK ? model->traffic.latency.n : 0;
    json_decref(reply);
    return rc;
}

static int send_to(struct miev_run *run, struct miev_run_model *model, double duration_s,
                   struct miev_error *err)
{
    double *due_s = NULL;
    size_t n = 0;
    int rc = miev_traffic_plan(run->options->seed, run->options->traffic_per_s, duration_s, &due_s,
                               &n, err);
    if (rc == MIEV_OK)
        rc = send(run, model, due_s, n, err);
    if (rc == MIEV_OK)
        model->traffic.duration_s =
            fmin(duration_s, n == MIEV_TRAFFIC_MAX_REQUESTS ? due_s[n - 1] : duration_s);
    free(due_s);
    return rc;
}

static bool takes_traffic(const struct miev_run_model *model)
{
    return model->remote && model->status == MIEV_OK;
}

void miev_run_traffic(struct miev_run *run)
{
    size_t n = 0;
    for (size_t i = 0; i < run->n_models; i++)
        n += takes_traffic(&run->models[i]);
    if (n == 0 || run->options->traffic_per_s <= 0 || run->options->budget_s <= 0)
        return;
    double left_s = run->options->budget_s - miev_run_elapsed_s(run);
    double share = n == run->n_models && !run->remote_meter ? SHARE_ALONE : SHARE_OF_ROUNDS;
    double duration_s = fmax(SHORTEST_S, left_s * share / (double)n);
    for (size_t i = 0; i < run->n_models && !miev_run_stopped(run); i++) {
        struct miev_error err;
        struct miev_run_model *model = &run->models[i];
        if (!takes_traffic(model))
            continue;
        miev_run_checkpoint(run);
        miev_run_tell(run, MIEV_PHASE_LATENCY, model);
        if (send_to(run, model, duration_s, &err) != MIEV_OK)
            miev_run_fail(model, &err);
    }
}

/* ---- in the report -------------------------------------------------------------------------- */

/* Joules of an answered request: all that the server's machine drew over those answered. One span,
 * so no rounds to tell a scatter: the bounds are what the counters may be wrong by. */
static json_t *energy_json(const struct miev_run *run, const struct miev_run_traffic *traffic)
{
    struct miev_span_energy energy;
    if (!run->remote_meter || traffic->span.count == 0 ||
        miev_run_energy(run, &traffic->span, 0, &energy, NULL) != MIEV_OK || !energy.complete)
        return json_null();
    double each_j = energy.gross_j / (double)traffic->span.count;
    return miev_json_interval((struct miev_interval){each_j, each_j * energy.systematic_low_ratio,
                                                     each_j * energy.systematic_high_ratio});
}

json_t *miev_traffic_json(const struct miev_run *run, struct miev_run_model *model)
{
    struct miev_run_traffic *traffic = &model->traffic;
    if (traffic->sent == 0)
        return json_null();
    size_t answered = traffic->latency.n;
    double per_s = traffic->elapsed_s > 0 ? (double)answered / traffic->elapsed_s : 0;
    return json_pack(
        "{s:f, s:i, s:f, s:I, s:I, s:I, s:o, s:I, s:f, s:o, s:o}", "asked_per_s",
        run->options->traffic_per_s, "concurrency", (int)run->options->connections, "duration_s",
        traffic->duration_s, "sent", (json_int_t)traffic->sent, "answered", (json_int_t)answered,
        "failed", (json_int_t)(traffic->sent - answered), "fault",
        *traffic->fault ? json_string(traffic->fault) : json_null(), "waited",
        (json_int_t)traffic->waited, "answered_per_s", per_s, "latency",
        miev_latency_json(&traffic->latency), "per_request_j", energy_json(run, traffic));
}
