/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/traffic.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/env.h"
#include "core/error.h"

#define LONGEST_WAIT_MS 100

struct loop {
    struct miev_remote_client *client;
    const struct miev_remote_target *target;
    const struct miev_traffic *plan;
    struct miev_traffic_result *out;
    size_t *on_lane; /* which request is under way on each lane */
    unsigned *free_lanes, n_free;
    size_t next; /* the first request that was not sent yet */
    uint64_t begun_ns;
};

static double now_s(const struct loop *loop)
{
    return (double)(miev_env_now_ns(miev_env_host()) - loop->begun_ns) * 1e-9;
}

static void note_fault(struct loop *loop, const struct miev_error *err)
{
    if (!*loop->out->fault)
        (void)snprintf(loop->out->fault, sizeof(loop->out->fault), "%.255s", err->message);
}

/* Send what is due, as far as lanes are free. */
static void send_due(struct loop *loop)
{
    const struct miev_traffic *plan = loop->plan;
    while (loop->n_free > 0 && loop->next < plan->n && plan->due_s[loop->next] <= now_s(loop)) {
        struct miev_error err;
        unsigned lane = loop->free_lanes[loop->n_free - 1];
        if (miev_remote_client_start(loop->client, lane, loop->target->request, &err) == MIEV_OK) {
            loop->n_free--;
            loop->on_lane[lane] = loop->next;
        } else {
            note_fault(loop, &err);
        }
        loop->next++;
    }
}

/* Take what has come. A request that had to wait for a lane was due before this one became free. */
static void take_answers(struct loop *loop)
{
    const struct miev_remote_reply *reply = NULL;
    struct miev_error err;
    unsigned lane = 0;
    int rc = MIEV_OK;
    while (miev_remote_client_take(loop->client, &lane, &reply, &rc, &err)) {
        size_t i = loop->on_lane[lane];
        double done_s = now_s(loop);
        if (rc == MIEV_OK)
            rc = miev_remote_check_status(reply, loop->target->who, &err);
        if (rc == MIEV_OK) {
            loop->out->latency_s[i] = done_s - loop->plan->due_s[i];
            loop->out->elapsed_s = done_s;
        } else {
            note_fault(loop, &err);
        }
        loop->out->waited += loop->n_free == 0 && loop->next < loop->plan->n &&
                             loop->plan->due_s[loop->next] < done_s;
        loop->free_lanes[loop->n_free++] = lane;
        send_due(loop);
    }
}

/* Until the next request is due, if a lane is free for it. */
static int wait_ms(const struct loop *loop)
{
    double left_s = LONGEST_WAIT_MS * 1e-3;
    if (loop->n_free > 0 && loop->next < loop->plan->n)
        left_s = fmin(left_s, loop->plan->due_s[loop->next] - now_s(loop));
    return left_s > 0 ? (int)(left_s * 1000) : 0;
}

/* What comes of it does not matter: who cannot be reached fails when it is asked in earnest. */
static int open_connections(struct loop *loop, struct miev_error *err)
{
    const struct miev_remote_request request = {.path = loop->target->cheap_path,
                                                .header_length = -1};
    const struct miev_remote_reply *reply = NULL;
    unsigned lane = 0, under_way = 0;
    int rc = MIEV_OK, answer = MIEV_OK;
    for (; rc == MIEV_OK && under_way < loop->target->lanes; under_way++)
        rc = miev_remote_client_start(loop->client, under_way, &request, err);
    while (rc == MIEV_OK && under_way > 0) {
        rc = miev_remote_client_wait(loop->client, LONGEST_WAIT_MS, err);
        while (miev_remote_client_take(loop->client, &lane, &reply, &answer, NULL))
            under_way--;
    }
    if (rc != MIEV_OK)
        miev_remote_client_abandon(loop->client);
    return rc;
}

static int run(struct loop *loop, struct miev_error *err)
{
    const struct miev_traffic *plan = loop->plan;
    double end_s = plan->due_s[plan->n - 1] + plan->patience_s;
    int rc = MIEV_OK;
    while (rc == MIEV_OK && (loop->next < plan->n || loop->n_free < loop->target->lanes)) {
        if (now_s(loop) > end_s) {
            (void)miev_error_set(err, MIEV_ERR_TIMEOUT,
                                 "%zu requests were not answered within %.3g s after the last was "
                                 "due",
                                 plan->n - loop->next + loop->target->lanes - loop->n_free,
                                 plan->patience_s);
            note_fault(loop, err);
            break;
        }
        send_due(loop);
        rc = miev_remote_client_wait(loop->client, wait_ms(loop), err);
        take_answers(loop);
    }
    miev_remote_client_abandon(loop->client);
    return rc;
}

int miev_remote_traffic(struct miev_remote_client *client, const struct miev_remote_target *target,
                        const struct miev_traffic *plan, struct miev_traffic_result *out,
                        struct miev_error *err)
{
    struct loop loop = {.client = client,
                        .target = target,
                        .plan = plan,
                        .out = out,
                        .on_lane = calloc(target->lanes, sizeof(*loop.on_lane)),
                        .free_lanes = calloc(target->lanes, sizeof(*loop.free_lanes))};
    *out = (struct miev_traffic_result){.latency_s = calloc(plan->n, sizeof(double))};
    int rc = MIEV_OK;
    if (plan->n == 0 || !out->latency_s || !loop.on_lane || !loop.free_lanes)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu requests", plan->n);
    for (size_t i = 0; rc == MIEV_OK && i < plan->n; i++)
        out->latency_s[i] = NAN;
    for (; rc == MIEV_OK && loop.n_free < target->lanes; loop.n_free++)
        loop.free_lanes[loop.n_free] = loop.n_free;
    if (rc == MIEV_OK)
        rc = open_connections(&loop, err);
    loop.begun_ns = miev_env_now_ns(miev_env_host());
    if (rc == MIEV_OK)
        rc = run(&loop, err);
    free(loop.on_lane);
    free(loop.free_lanes);
    if (rc == MIEV_OK)
        return rc;
    free(out->latency_s);
    out->latency_s = NULL;
    return rc;
}
