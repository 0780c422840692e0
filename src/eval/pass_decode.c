/* SPDX-License-Identifier: Apache-2.0 */
/* The processes that make tensors of pictures: a picture may end one, and the pass goes on. */
#include <math.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "eval/pass_parts.h"

#define CHUNK_S        0.08 /* of inference in a chunk: progress, and what kill -9 can cost */
#define DECODER_MEMORY ((uint64_t)1 << 30)
#define MAX_RESPAWNS   1000u

double miev_eval_cpu_s(struct miev_eval *eval)
{
    struct timespec own = {0};
    double sum_s = miev_run_work_cpu_s(&eval->run) + eval->finished_cpu_s;
    for (size_t d = 0; d < eval->n_decoders; d++)
        if (eval->decoders[d].child)
            sum_s += miev_child_cpu_s(eval->decoders[d].child);
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    return sum_s + (double)own.tv_sec + (double)own.tv_nsec * 1e-9;
}

void miev_pass_end_decoder(struct miev_eval *eval, struct miev_eval_decoder *decoder)
{
    if (!decoder->child)
        return;
    eval->finished_cpu_s += miev_child_cpu_s(decoder->child);
    miev_child_destroy(decoder->child);
    *decoder = (struct miev_eval_decoder){.child = NULL};
}

void miev_eval_end_decoders(struct miev_eval *eval)
{
    for (size_t d = 0; d < eval->n_decoders; d++)
        miev_pass_end_decoder(eval, &eval->decoders[d]);
}

static int ask_decoder(struct miev_pass *pass, struct miev_eval_decoder *decoder, json_t *request,
                       int fd, json_t **reply, struct miev_error *err)
{
    json_t *answer = NULL;
    int rc = miev_child_ask(decoder->child, request, fd, pass->eval->run.options->timeout_s,
                            &answer, err);
    if (rc == MIEV_OK && reply)
        *reply = answer;
    else
        json_decref(answer);
    return rc;
}

int miev_pass_ready_decoder(struct miev_pass *pass, struct miev_eval_decoder *decoder,
                            struct miev_error *err)
{
    struct miev_eval *eval = pass->eval;
    int rc = MIEV_OK;
    decoder->waiting = 0;
    if (!decoder->child) {
        uint64_t bytes = DECODER_MEMORY + 2 * (uint64_t)pass->n_slots * pass->slot_bytes +
                         (eval->keeps ? 2 * MIEV_PASS_KEEP_BYTES : 0);
        rc = miev_run_start_preparer(&eval->run, bytes, eval->dataset.to_prepare, &decoder->child,
                                     err);
    }
    if (rc == MIEV_OK)
        rc = ask_decoder(pass, decoder, json_pack("{s:s}", "do", "ring"), pass->ring_fd, NULL, err);
    if (rc == MIEV_OK && eval->keeps)
        rc = ask_decoder(pass, decoder, json_pack("{s:s}", "do", "keep"), eval->kept_fd, NULL, err);
    if (rc == MIEV_OK)
        rc = ask_decoder(pass, decoder, json_incref(pass->as), -1, NULL, err);
    return rc;
}

/* ---- when a decoder dies -------------------------------------------------------------------- */

static const char *death_of(int status)
{
    return status == MIEV_ERR_TIMEOUT ? "decoding it took too long"
           : status == MIEV_ERR_LIMIT ? "decoding it took too much memory"
                                      : "decoding it crashed the process that did it";
}

static int respawn(struct miev_pass *pass, struct miev_eval_decoder *decoder,
                   struct miev_error *err)
{
    miev_pass_end_decoder(pass->eval, decoder);
    if (++pass->eval->respawns > MAX_RESPAWNS)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "pictures of the dataset ended %u decoding processes: sort the "
                              "damaged ones out",
                              MAX_RESPAWNS);
    return miev_pass_ready_decoder(pass, decoder, err);
}

/* One image by itself. */
static int prepare_alone(struct miev_pass *pass, struct miev_eval_decoder *decoder, size_t chunk,
                         size_t i, struct miev_error *err)
{
    struct miev_pass_slot *slot = miev_pass_slot_of(pass, chunk);
    struct miev_pass_slot one = {.first = slot->first + i, .count = 1, .failed = json_array()};
    json_t *reply = NULL;
    int files = -1;
    json_t *request = miev_pass_read_chunk(pass, chunk, &one, &files);
    size_t at = miev_pass_slot_at(pass, chunk) + i * pass->tensor_bytes;
    (void)json_object_set_new(request, "at", json_integer((json_int_t)at));
    int rc = ask_decoder(pass, decoder, request, files, &reply, err);
    if (files >= 0)
        (void)close(files);
    if (rc == MIEV_OK && !miev_pass_take_failures(slot, i, 1, reply))
        rc = miev_error_set(err, MIEV_ERR_BROKEN, "a decoding process answered nonsense");
    if (json_array_size(one.failed) > 0)
        miev_pass_fail_image(
            slot, i, json_string_value(json_object_get(json_array_get(one.failed, 0), "message")));
    json_decref(reply);
    json_decref(one.failed);
    return rc;
}

int miev_pass_recover(struct miev_pass *pass, size_t which, struct miev_error *err)
{
    struct miev_eval_decoder *decoder = &pass->eval->decoders[which];
    int rc = respawn(pass, decoder, err);
    for (size_t chunk = pass->classified; rc == MIEV_OK && chunk < pass->issued; chunk++) {
        struct miev_pass_slot *slot = miev_pass_slot_of(pass, chunk);
        if (slot->state != MIEV_PASS_PREPARING || slot->decoder != which)
            continue;
        (void)json_array_clear(slot->failed);
        for (size_t i = 0; rc == MIEV_OK && i < slot->count; i++) {
            rc = prepare_alone(pass, decoder, chunk, i, err);
            if (rc != MIEV_OK && rc != MIEV_ERR_INTERRUPTED && !miev_child_alive(decoder->child)) {
                miev_pass_fail_image(slot, i, death_of(rc));
                rc = respawn(pass, decoder, err);
            }
        }
        if (rc == MIEV_OK)
            miev_pass_mark_kept(pass, slot);
        slot->state = MIEV_PASS_READY;
    }
    return rc;
}

/* ---- chunks go out, and come back ----------------------------------------------------------- */

/* The decoder that has least to do, or NULL. */
static struct miev_eval_decoder *free_decoder(struct miev_eval *eval)
{
    struct miev_eval_decoder *best = NULL;
    for (size_t d = 0; d < eval->n_decoders; d++)
        if (eval->decoders[d].waiting < MIEV_PASS_ON_THEIR_WAY &&
            (!best || eval->decoders[d].waiting < best->waiting))
            best = &eval->decoders[d];
    return best;
}

static size_t chunk_size(const struct miev_pass *pass)
{
    double wanted = CHUNK_S / fmax(pass->image_s, 1e-9);
    size_t most = pass->max_chunk, left = pass->eval->dataset.n - pass->next_image;
    size_t count = wanted < 1 ? 1 : wanted > (double)most ? most : (size_t)wanted;
    return count < left ? count : left;
}

static int issue_chunk(struct miev_pass *pass, struct miev_eval_decoder *decoder,
                       struct miev_error *err)
{
    struct miev_pass_slot *slot = miev_pass_slot_of(pass, pass->issued);
    size_t which = (size_t)(decoder - pass->eval->decoders);
    int files = -1;
    json_decref(slot->failed);
    *slot = (struct miev_pass_slot){.state = MIEV_PASS_PREPARING,
                                    .first = pass->next_image,
                                    .count = chunk_size(pass),
                                    .decoder = which,
                                    .failed = json_array(),
                                    .sent_ns = miev_pass_now_ns(pass)};
    json_t *request = miev_pass_read_chunk(pass, pass->issued, slot, &files);
    if (slot->count == 0) {
        json_decref(request);
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for another chunk of pictures");
    }
    pass->next_image += slot->count;
    pass->issued++;
    decoder->waiting++;
    int rc = miev_child_send(decoder->child, request, files, err);
    if (files >= 0)
        (void)close(files);
    return rc == MIEV_OK || miev_child_alive(decoder->child) ? rc
                                                             : miev_pass_recover(pass, which, err);
}

int miev_pass_issue_chunks(struct miev_pass *pass, struct miev_error *err)
{
    struct miev_eval_decoder *decoder = NULL;
    int rc = MIEV_OK;
    while (rc == MIEV_OK && pass->issued - pass->classified < pass->n_slots &&
           pass->next_image < pass->eval->dataset.n && (decoder = free_decoder(pass->eval)))
        rc = issue_chunk(pass, decoder, err);
    return rc;
}

struct miev_pass_slot *miev_pass_oldest_of(const struct miev_pass *pass, size_t which)
{
    for (size_t chunk = pass->classified; chunk < pass->issued; chunk++) {
        struct miev_pass_slot *slot = miev_pass_slot_of(pass, chunk);
        if (slot->state == MIEV_PASS_PREPARING && slot->decoder == which)
            return slot;
    }
    return NULL;
}

int miev_pass_take_prepared(struct miev_pass *pass, size_t which, struct miev_error *err)
{
    struct miev_eval_decoder *decoder = &pass->eval->decoders[which];
    struct miev_pass_slot *slot = miev_pass_oldest_of(pass, which);
    json_t *reply = NULL;
    int rc = miev_child_receive(decoder->child, pass->eval->run.options->timeout_s, &reply, err);
    if (rc != MIEV_OK)
        return miev_child_alive(decoder->child) || rc == MIEV_ERR_INTERRUPTED
                   ? rc
                   : miev_pass_recover(pass, which, err);
    if (!slot || !miev_pass_take_failures(slot, 0, slot->count, reply))
        rc = miev_error_set(err, MIEV_ERR_BROKEN, "a decoding process answered nonsense");
    json_decref(reply);
    if (rc != MIEV_OK)
        return rc;
    decoder->waiting--;
    slot->state = MIEV_PASS_READY;
    miev_pass_mark_kept(pass, slot);
    return MIEV_OK;
}
