/* SPDX-License-Identifier: Apache-2.0 */
/* One model over the images: this process reads files ahead, decoders turn them into tensors in a
 * ring, the model's worker takes them out. Nobody waits for one image: requests are for chunks, and
 * several of them are on their way to each process. */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/error.h"
#include "eval/pass_parts.h"

#define WATCH_MS      100
#define CHECKPOINT_NS 1000000000u
#define TELL_NS       100000000u

static int send_classify(struct miev_pass *pass, struct miev_error *err)
{
    int rc = MIEV_OK;
    while (rc == MIEV_OK && pass->classify_sent < pass->issued &&
           pass->classify_sent - pass->classified < MIEV_PASS_ON_THEIR_WAY &&
           miev_pass_slot_of(pass, pass->classify_sent)->state == MIEV_PASS_READY) {
        struct miev_pass_slot *slot = miev_pass_slot_of(pass, pass->classify_sent);
        slot->state = MIEV_PASS_CLASSIFYING;
        slot->sent_ns = miev_pass_now_ns(pass);
        json_t *request = json_pack(
            "{s:s, s:I, s:I, s:I}", "do", pass->model->n_features > 0 ? "featurise" : "classify",
            "at", (json_int_t)miev_pass_slot_at(pass, pass->classify_sent), "count",
            (json_int_t)slot->count, "first", (json_int_t)slot->first);
        rc = miev_child_send(pass->model->run->child, request, -1, err);
        pass->classify_sent++;
    }
    return rc;
}

/* ---- answers -------------------------------------------------------------------------------- */

/* What a chunk's images came to, in order; then the failed ones. */
static void note_chunk(struct miev_pass *pass, const struct miev_pass_slot *slot)
{
    struct miev_eval_model *model = pass->model;
    size_t i;
    json_t *item;
    json_array_foreach(slot->failed, i, item)
    {
        size_t at = (size_t)json_integer_value(json_object_get(item, "at"));
        miev_eval_note(pass->eval, model, slot->first + at, NULL,
                       json_string_value(json_object_get(item, "message")));
    }
    for (i = 0; i < slot->count; i++)
        miev_eval_note(pass->eval, model, slot->first + i, pass->best + i * model->n_best, NULL);
    model->done = slot->first + slot->count;
}

static int take_classified(struct miev_pass *pass, struct miev_error *err)
{
    struct miev_eval_model *model = pass->model;
    struct miev_pass_slot *slot = miev_pass_slot_of(pass, pass->classified);
    json_t *reply = NULL;
    int rc = miev_child_receive(model->run->child, pass->eval->run.options->timeout_s, &reply, err);
    if (rc != MIEV_OK)
        return rc;
    const json_t *best = json_object_get(reply, "best");
    bool fits = pass->classified < pass->classify_sent &&
                (model->n_features > 0 ||
                 (json_is_string(best) &&
                  miev_classes_read(json_string_value(best), json_string_length(best),
                                    slot->count * model->n_best, model->classes, pass->best)));
    double busy_s = (double)json_integer_value(json_object_get(reply, "busy_ns")) * 1e-9;
    double waited_s = (double)(miev_pass_now_ns(pass) - slot->sent_ns) * 1e-9;
    json_decref(reply);
    if (!fits || !(busy_s >= 0) || busy_s > waited_s)
        return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    note_chunk(pass, slot);
    model->busy_s += busy_s;
    pass->image_s = busy_s / (double)slot->count;
    pass->classified++;
    return miev_eval_state_add(model, slot->first, slot->count, err);
}

/* ---- waiting -------------------------------------------------------------------------------- */

/* Longest wait for the oldest request of a process; the model's grows with its chunk. */
static bool is_late(const struct miev_pass *pass, uint64_t sent_ns, size_t count)
{
    double allowed_s = pass->eval->run.options->timeout_s + 20 * pass->image_s * (double)count;
    return (double)(miev_pass_now_ns(pass) - sent_ns) * 1e-9 > MIEV_PASS_ON_THEIR_WAY * allowed_s;
}

static int end_late_ones(struct miev_pass *pass, struct miev_error *err)
{
    struct miev_child *child = pass->model->run->child;
    int rc = miev_child_watch(child, err);
    if (rc != MIEV_OK)
        return rc;
    if (pass->classify_sent > pass->classified) {
        const struct miev_pass_slot *slot = miev_pass_slot_of(pass, pass->classified);
        if (is_late(pass, slot->sent_ns, slot->count))
            return miev_error_set(err, MIEV_ERR_TIMEOUT,
                                  "the model's process did not answer in time and was ended: an "
                                  "endless loop, or a model too slow for this machine");
    }
    for (size_t d = 0; rc == MIEV_OK && d < pass->eval->n_decoders; d++) {
        const struct miev_pass_slot *slot = miev_pass_oldest_of(pass, d);
        struct miev_eval_decoder *decoder = &pass->eval->decoders[d];
        if (decoder->waiting == 0 || !slot)
            continue;
        if (miev_child_watch(decoder->child, err) != MIEV_OK ||
            is_late(pass, slot->sent_ns, slot->count))
            rc = miev_pass_recover(pass, d, err);
    }
    return rc;
}

/* True when a process has an answer that is not taken, or gets one within the time. */
static int wait_for_answers(const struct miev_pass *pass, bool *decoder_ready, bool *model_ready,
                            struct miev_error *err)
{
    struct pollfd list[MIEV_EVAL_MAX_DECODERS + 1];
    const struct miev_eval *eval = pass->eval;
    bool any = false;
    for (size_t d = 0; d <= eval->n_decoders; d++) {
        bool is_model = d == eval->n_decoders;
        const struct miev_child *child =
            is_model ? pass->model->run->child : eval->decoders[d].child;
        bool waits =
            is_model ? pass->classify_sent > pass->classified : eval->decoders[d].waiting > 0;
        bool here = waits && miev_child_has_answer(child);
        list[d] = (struct pollfd){.fd = waits ? miev_child_socket(child) : -1, .events = POLLIN};
        *(is_model ? model_ready : &decoder_ready[d]) = here;
        any = any || here;
    }
    int n = poll(list, eval->n_decoders + 1, any ? 0 : WATCH_MS);
    if (n < 0 && errno != EINTR)
        return miev_error_errno(err, "cannot wait for the workers");
    for (size_t d = 0; n > 0 && d <= eval->n_decoders; d++)
        if (list[d].revents)
            *(d == eval->n_decoders ? model_ready : &decoder_ready[d]) = true;
    return MIEV_OK;
}

/* ---- the pass ------------------------------------------------------------------------------- */

static int begin_span(struct miev_pass *pass, struct miev_error *err)
{
    struct miev_eval *eval = pass->eval;
    pass->checkpoint_done = pass->model->done;
    return miev_meter_read(eval->run.meter, miev_eval_cpu_s(eval), &pass->span.start, err);
}

/* Close the span that lasts since the last checkpoint, and begin another. */
static int checkpoint(struct miev_pass *pass, struct miev_error *err)
{
    struct miev_eval *eval = pass->eval;
    int rc = miev_meter_read(eval->run.meter, miev_eval_cpu_s(eval), &pass->span.stop, err);
    pass->span.count = pass->model->done - pass->checkpoint_done;
    if (rc == MIEV_OK)
        rc = miev_eval_add_span(eval, &pass->model->energy, &pass->span, err);
    if (rc == MIEV_OK)
        rc = miev_eval_state_add_energy(pass->model, err);
    pass->span.start = pass->span.stop;
    pass->checkpoint_done = pass->model->done;
    return rc;
}

static void tell(struct miev_pass *pass)
{
    struct miev_eval *eval = pass->eval;
    const struct miev_eval_model *model = pass->model;
    uint64_t now = miev_pass_now_ns(pass);
    if (!eval->options->progress || now - eval->told_ns < TELL_NS)
        return;
    eval->told_ns = now;
    double seconds = (double)(now - pass->began_ns) * 1e-9;
    size_t done = model->done - pass->began_done;
    struct miev_eval_progress progress = {
        .phase = MIEV_EVAL_PICTURES,
        .model = model->run->name,
        .model_index = (size_t)(model - eval->models),
        .n_models = eval->run.n_models,
        .done = model->done,
        .n_images = eval->dataset.n,
        .right = model->right,
        .judged = model->n_features == 0,
        .images_per_s = done > 0 ? (double)done / seconds : (double)NAN,
    };
    eval->options->progress(eval->options->progress_context, &progress);
}

static int step(struct miev_pass *pass, struct miev_error *err)
{
    bool decoder_ready[MIEV_EVAL_MAX_DECODERS] = {false}, model_ready = false;
    int rc = wait_for_answers(pass, decoder_ready, &model_ready, err);
    if (rc == MIEV_OK && model_ready)
        rc = take_classified(pass, err);
    if (rc == MIEV_OK)
        rc = send_classify(pass, err);
    for (size_t d = 0; rc == MIEV_OK && d < pass->eval->n_decoders; d++)
        if (decoder_ready[d] && pass->eval->decoders[d].waiting > 0)
            rc = miev_pass_take_prepared(pass, d, err);
    if (rc == MIEV_OK)
        rc = send_classify(pass, err);
    if (rc == MIEV_OK)
        rc = miev_pass_issue_chunks(pass, err);
    return rc == MIEV_OK ? end_late_ones(pass, err) : rc;
}

static int run_through(struct miev_pass *pass, struct miev_error *err)
{
    struct miev_child *child = pass->model->run->child;
    double began_cpu_s = miev_child_cpu_s(child);
    int rc = begin_span(pass, err);
    pass->began_ns = pass->span.start.time_ns;
    pass->began_done = pass->model->done;
    if (rc == MIEV_OK)
        rc = miev_pass_issue_chunks(pass, err);
    while (rc == MIEV_OK && pass->model->done < pass->eval->dataset.n &&
           !miev_run_stopped(&pass->eval->run)) {
        rc = step(pass, err);
        tell(pass);
        if (rc == MIEV_OK && miev_pass_now_ns(pass) - pass->span.start.time_ns >= CHECKPOINT_NS)
            rc = checkpoint(pass, err);
    }
    if (rc == MIEV_ERR_INTERRUPTED)
        rc = MIEV_OK;
    if (rc == MIEV_OK)
        rc = checkpoint(pass, err);
    if (rc == MIEV_OK) {
        pass->model->seconds = (double)(pass->span.stop.time_ns - pass->began_ns) * 1e-9;
        pass->model->cpu_s = miev_child_cpu_s(child) - began_cpu_s;
    }
    return rc;
}

static int set_up(struct miev_pass *pass, struct miev_error *err)
{
    struct miev_eval *eval = pass->eval;
    json_t *reply = NULL;
    int rc = miev_pass_plan(pass, err);
    if (rc != MIEV_OK)
        return rc;
    pass->n_slots = MIEV_PASS_ON_THEIR_WAY * (eval->n_decoders + 1) + 1;
    pass->slots = calloc(pass->n_slots, sizeof(*pass->slots));
    pass->best = calloc(pass->max_chunk, MIEV_EVAL_TOP * sizeof(*pass->best));
    if (!pass->slots || !pass->best)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for chunks");
    pass->ring_fd = miev_eval_memory("miev-tensors", pass->n_slots * pass->slot_bytes, err);
    if (pass->ring_fd < 0)
        return pass->ring_fd;
    for (size_t d = 0; rc == MIEV_OK && d < eval->n_decoders; d++)
        rc = miev_pass_ready_decoder(pass, &eval->decoders[d], err);
    if (rc == MIEV_OK)
        rc = miev_child_ask(pass->model->run->child, json_pack("{s:s}", "do", "ring"),
                            pass->ring_fd, eval->run.options->timeout_s, &reply, err);
    json_decref(reply);
    return rc;
}

int miev_eval_pass(struct miev_eval *eval, struct miev_eval_model *model, struct miev_error *err)
{
    struct miev_pass pass = {.eval = eval,
                             .model = model,
                             .ring_fd = -1,
                             .next_image = model->done,
                             .image_s = model->run->inference_s};
    int rc = set_up(&pass, err);
    if (rc == MIEV_OK)
        rc = run_through(&pass, err);
    for (size_t i = 0; pass.slots && i < pass.n_slots; i++)
        json_decref(pass.slots[i].failed);
    for (size_t d = 0; d < eval->n_decoders; d++)
        if (eval->decoders[d].waiting > 0) /* stopped in the middle of something */
            miev_pass_end_decoder(eval, &eval->decoders[d]);
    free(pass.slots);
    free(pass.best);
    json_decref(pass.as);
    if (pass.ring_fd >= 0)
        (void)close(pass.ring_fd);
    return rc;
}
