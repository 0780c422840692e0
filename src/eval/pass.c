/* SPDX-License-Identifier: Apache-2.0 */
/* One model over the images: this process reads files ahead, decoders turn them into tensors in a
 * ring, the model's worker takes them out. Nobody waits for one image: requests are for chunks, and
 * several of them are on their way to each process. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"
#include "eval/pass.h"

#define CHUNK_S        0.08 /* of inference in a chunk: progress, and what kill -9 can cost */
#define MAX_CHUNK      128u /* more would not stay in the cache between decoder and model */
#define CHUNK_BYTES    ((size_t)4 << 20) /* of tensors */
#define CHUNK_FILES    ((size_t)16 << 20)
#define ON_THEIR_WAY   4u
#define WATCH_MS       100
#define CHECKPOINT_NS  1000000000u
#define TELL_NS        100000000u
#define DECODER_MEMORY ((uint64_t)1 << 30)
#define MAX_RESPAWNS   1000u
#define KEEP_BYTES     ((size_t)512 << 20)

enum slot_state { SLOT_PREPARING, SLOT_READY, SLOT_CLASSIFYING };

/* A chunk on its way: images [first, first + count), slot number = chunk number modulo slots. */
struct slot {
    enum slot_state state;
    size_t first, count, decoder;
    json_t *failed; /* {"at", "message"} within the chunk, owned */
    uint64_t sent_ns;
};

struct pass {
    struct miev_eval *eval;
    struct miev_eval_model *model;
    struct slot *slots;
    size_t n_slots, slot_bytes, tensor_bytes, max_chunk;
    int ring_fd;
    int32_t *best;                            /* classes of the chunk just answered; owned */
    json_t *as;                               /* what decoders are told about pictures; owned */
    size_t next_image;                        /* first that no chunk has */
    size_t issued, classify_sent, classified; /* chunks */
    double image_s;                           /* present guess of one inference */
    struct miev_round span;
    size_t checkpoint_done; /* images done when the span began */
    uint64_t began_ns;
    size_t began_done;
};

static uint64_t now_ns(const struct pass *pass)
{
    return miev_env_now_ns(pass->eval->run.options->env);
}

static struct slot *slot_of(const struct pass *pass, size_t chunk)
{
    return &pass->slots[chunk % pass->n_slots];
}

static size_t slot_at(const struct pass *pass, size_t chunk)
{
    return chunk % pass->n_slots * pass->slot_bytes;
}

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

/* ---- memory that is shared ------------------------------------------------------------------ */

int miev_eval_memory(const char *name, size_t length, struct miev_error *err)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return miev_error_errno(err, "cannot make a memory file");
    /* Sealed against a process that would cut it short under the others. */
    if (ftruncate(fd, (off_t)length) != 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
        int rc = miev_error_errno(err, "cannot make a memory file of %zu bytes", length);
        (void)close(fd);
        return rc;
    }
    return fd;
}

/* ---- decoders ------------------------------------------------------------------------------- */

static void end_decoder(struct miev_eval *eval, struct miev_eval_decoder *decoder)
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
        end_decoder(eval, &eval->decoders[d]);
}

static int ask_decoder(struct pass *pass, struct miev_eval_decoder *decoder, json_t *request,
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

/* Start it unless it runs, and tell it what this pass needs. */
static int ready_decoder(struct pass *pass, struct miev_eval_decoder *decoder,
                         struct miev_error *err)
{
    struct miev_eval *eval = pass->eval;
    int rc = MIEV_OK;
    decoder->waiting = 0;
    if (!decoder->child) {
        uint64_t bytes = DECODER_MEMORY + 2 * (uint64_t)pass->n_slots * pass->slot_bytes +
                         (eval->keeps ? 2 * KEEP_BYTES : 0);
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

/* ---- a chunk's files ------------------------------------------------------------------------ */

static void fail_image(struct slot *slot, size_t at, const char *message)
{
    json_t *text = json_string(message);
    (void)json_array_append_new(slot->failed,
                                json_pack("{s:I, s:o}", "at", (json_int_t)at, "message",
                                          text ? text : json_string("it cannot be read")));
}

/* Add a file's bytes to the memory file. False when they cannot be had. By a buffer of our own:
 * sendfile() takes longer for small files. */
static bool copy_file(int to, int from, size_t length)
{
    char bytes[1u << 15];
    off_t begin = lseek(to, 0, SEEK_CUR);
    for (size_t left = length; left > 0;) {
        ssize_t n = read(from, bytes, left < sizeof(bytes) ? left : sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || write(to, bytes, (size_t)n) != n) {
            /* It became shorter while we read: what follows is written over it. */
            (void)lseek(to, begin, SEEK_SET);
            return false;
        }
        left -= (size_t)n;
    }
    return true;
}

/* One image of a chunk: its bytes behind the others, its size to the list. False when the chunk is
 * full and it has to wait for the next one. */
static bool read_image(const struct miev_eval *eval, struct slot *slot, size_t image, int files,
                       size_t *used, json_t *sizes)
{
    struct miev_error err;
    size_t length = 0;
    if (eval->keeps && eval->kept[image])
        return json_array_append_new(sizes, json_integer(0)) == 0;
    int fd = miev_dataset_image_open(&eval->dataset, image, &length, &err);
    if (fd >= 0 && *used > 0 && *used + length > CHUNK_FILES) {
        (void)close(fd);
        return false;
    }
    bool whole = fd >= 0 && copy_file(files, fd, length);
    if (fd >= 0)
        (void)close(fd);
    if (fd < 0)
        fail_image(slot, image - slot->first, err.message);
    else if (!whole)
        fail_image(slot, image - slot->first, "it became shorter while it was read");
    *used += whole ? length : 0;
    return json_array_append_new(sizes, json_integer(whole ? (json_int_t)length : -1)) == 0;
}

/* The request that has a chunk of `count` images made ready; *files: the descriptor that goes with
 * it, -1 when all of them are kept. slot->count becomes what it really takes. */
static json_t *read_chunk(const struct pass *pass, size_t chunk, struct slot *slot, int *files)
{
    json_t *sizes = json_array();
    size_t used = 0, wanted = slot->count;
    *files = memfd_create("miev-pictures", MFD_CLOEXEC);
    slot->count = 0;
    while (slot->count < wanted &&
           read_image(pass->eval, slot, slot->first + slot->count, *files, &used, sizes))
        slot->count++;
    if (used == 0 && *files >= 0) {
        (void)close(*files);
        *files = -1;
    }
    return json_pack("{s:s, s:I, s:I, s:o}", "do", "prepare", "at",
                     (json_int_t)slot_at(pass, chunk), "first", (json_int_t)slot->first, "sizes",
                     sizes);
}

/* After a chunk was made ready: its pictures that could be decoded stay, if any do. */
static void mark_kept(struct pass *pass, const struct slot *slot)
{
    struct miev_eval *eval = pass->eval;
    size_t i, decoded = 0;
    json_t *item;
    for (i = slot->first; i < slot->first + slot->count; i++) {
        decoded += !(eval->keeps && eval->kept[i]);
        if (eval->keeps)
            eval->kept[i] = 1;
    }
    json_array_foreach(slot->failed, i, item)
    {
        size_t at = (size_t)json_integer_value(json_object_get(item, "at"));
        if (eval->keeps)
            eval->kept[slot->first + at] = 0;
    }
    pass->model->n_decoded += decoded;
    pass->model->n_kept += slot->count - decoded;
}

/* Take over what a decoder could not do; false when it answered nonsense. */
static bool take_failures(struct slot *slot, size_t offset, size_t count, const json_t *reply)
{
    size_t i;
    json_t *item;
    const json_t *failed = json_object_get(reply, "failed");
    if (!json_is_array(failed) || json_array_size(failed) > count)
        return false;
    json_array_foreach(failed, i, item)
    {
        json_int_t at = json_integer_value(json_object_get(item, "at"));
        const char *message = json_string_value(json_object_get(item, "message"));
        if (at < 0 || (size_t)at >= count || !message)
            return false;
        fail_image(slot, offset + (size_t)at, message);
    }
    return true;
}

/* ---- when a decoder dies -------------------------------------------------------------------- */

static const char *death_of(int status)
{
    return status == MIEV_ERR_TIMEOUT ? "decoding it took too long"
           : status == MIEV_ERR_LIMIT ? "decoding it took too much memory"
                                      : "decoding it crashed the process that did it";
}

static int respawn(struct pass *pass, struct miev_eval_decoder *decoder, struct miev_error *err)
{
    end_decoder(pass->eval, decoder);
    if (++pass->eval->respawns > MAX_RESPAWNS)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "pictures of the dataset ended %u decoding processes: sort the "
                              "damaged ones out",
                              MAX_RESPAWNS);
    return ready_decoder(pass, decoder, err);
}

/* One image by itself. */
static int prepare_alone(struct pass *pass, struct miev_eval_decoder *decoder, size_t chunk,
                         size_t i, struct miev_error *err)
{
    struct slot *slot = slot_of(pass, chunk);
    struct slot one = {.first = slot->first + i, .count = 1, .failed = json_array()};
    json_t *reply = NULL;
    int files = -1;
    json_t *request = read_chunk(pass, chunk, &one, &files);
    size_t at = slot_at(pass, chunk) + i * pass->tensor_bytes;
    (void)json_object_set_new(request, "at", json_integer((json_int_t)at));
    int rc = ask_decoder(pass, decoder, request, files, &reply, err);
    if (files >= 0)
        (void)close(files);
    if (rc == MIEV_OK && !take_failures(slot, i, 1, reply))
        rc = miev_error_set(err, MIEV_ERR_BROKEN, "a decoding process answered nonsense");
    if (json_array_size(one.failed) > 0)
        fail_image(slot, i,
                   json_string_value(json_object_get(json_array_get(one.failed, 0), "message")));
    json_decref(reply);
    json_decref(one.failed);
    return rc;
}

/* The picture that ended a decoder is found by giving a new one each of its pictures alone. */
static int recover(struct pass *pass, size_t which, struct miev_error *err)
{
    struct miev_eval_decoder *decoder = &pass->eval->decoders[which];
    int rc = respawn(pass, decoder, err);
    for (size_t chunk = pass->classified; rc == MIEV_OK && chunk < pass->issued; chunk++) {
        struct slot *slot = slot_of(pass, chunk);
        if (slot->state != SLOT_PREPARING || slot->decoder != which)
            continue;
        (void)json_array_clear(slot->failed);
        for (size_t i = 0; rc == MIEV_OK && i < slot->count; i++) {
            rc = prepare_alone(pass, decoder, chunk, i, err);
            if (rc != MIEV_OK && rc != MIEV_ERR_INTERRUPTED && !miev_child_alive(decoder->child)) {
                fail_image(slot, i, death_of(rc));
                rc = respawn(pass, decoder, err);
            }
        }
        if (rc == MIEV_OK)
            mark_kept(pass, slot);
        slot->state = SLOT_READY;
    }
    return rc;
}

/* ---- sending -------------------------------------------------------------------------------- */

/* The decoder that has least to do, or NULL. */
static struct miev_eval_decoder *free_decoder(struct miev_eval *eval)
{
    struct miev_eval_decoder *best = NULL;
    for (size_t d = 0; d < eval->n_decoders; d++)
        if (eval->decoders[d].waiting < ON_THEIR_WAY &&
            (!best || eval->decoders[d].waiting < best->waiting))
            best = &eval->decoders[d];
    return best;
}

static size_t chunk_size(const struct pass *pass)
{
    double wanted = CHUNK_S / fmax(pass->image_s, 1e-9);
    size_t most = pass->max_chunk, left = pass->eval->dataset.n - pass->next_image;
    size_t count = wanted < 1 ? 1 : wanted > (double)most ? most : (size_t)wanted;
    return count < left ? count : left;
}

static int issue_chunk(struct pass *pass, struct miev_eval_decoder *decoder, struct miev_error *err)
{
    struct slot *slot = slot_of(pass, pass->issued);
    size_t which = (size_t)(decoder - pass->eval->decoders);
    int files = -1;
    json_decref(slot->failed);
    *slot = (struct slot){.state = SLOT_PREPARING,
                          .first = pass->next_image,
                          .count = chunk_size(pass),
                          .decoder = which,
                          .failed = json_array(),
                          .sent_ns = now_ns(pass)};
    json_t *request = read_chunk(pass, pass->issued, slot, &files);
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
    return rc == MIEV_OK || miev_child_alive(decoder->child) ? rc : recover(pass, which, err);
}

static int issue_chunks(struct pass *pass, struct miev_error *err)
{
    struct miev_eval_decoder *decoder = NULL;
    int rc = MIEV_OK;
    while (rc == MIEV_OK && pass->issued - pass->classified < pass->n_slots &&
           pass->next_image < pass->eval->dataset.n && (decoder = free_decoder(pass->eval)))
        rc = issue_chunk(pass, decoder, err);
    return rc;
}

static int send_classify(struct pass *pass, struct miev_error *err)
{
    int rc = MIEV_OK;
    while (rc == MIEV_OK && pass->classify_sent < pass->issued &&
           pass->classify_sent - pass->classified < ON_THEIR_WAY &&
           slot_of(pass, pass->classify_sent)->state == SLOT_READY) {
        struct slot *slot = slot_of(pass, pass->classify_sent);
        slot->state = SLOT_CLASSIFYING;
        slot->sent_ns = now_ns(pass);
        json_t *request = json_pack("{s:s, s:I, s:I, s:I}", "do",
                                    pass->model->n_features > 0 ? "featurise" : "classify", "at",
                                    (json_int_t)slot_at(pass, pass->classify_sent), "count",
                                    (json_int_t)slot->count, "first", (json_int_t)slot->first);
        rc = miev_child_send(pass->model->run->child, request, -1, err);
        pass->classify_sent++;
    }
    return rc;
}

/* ---- answers -------------------------------------------------------------------------------- */

/* The oldest chunk that a decoder has not answered. */
static struct slot *oldest_of(const struct pass *pass, size_t which)
{
    for (size_t chunk = pass->classified; chunk < pass->issued; chunk++) {
        struct slot *slot = slot_of(pass, chunk);
        if (slot->state == SLOT_PREPARING && slot->decoder == which)
            return slot;
    }
    return NULL;
}

static int take_prepared(struct pass *pass, size_t which, struct miev_error *err)
{
    struct miev_eval_decoder *decoder = &pass->eval->decoders[which];
    struct slot *slot = oldest_of(pass, which);
    json_t *reply = NULL;
    int rc = miev_child_receive(decoder->child, pass->eval->run.options->timeout_s, &reply, err);
    if (rc != MIEV_OK)
        return miev_child_alive(decoder->child) || rc == MIEV_ERR_INTERRUPTED
                   ? rc
                   : recover(pass, which, err);
    if (!slot || !take_failures(slot, 0, slot->count, reply))
        rc = miev_error_set(err, MIEV_ERR_BROKEN, "a decoding process answered nonsense");
    json_decref(reply);
    if (rc != MIEV_OK)
        return rc;
    decoder->waiting--;
    slot->state = SLOT_READY;
    mark_kept(pass, slot);
    return MIEV_OK;
}

/* What a chunk's images came to, in order; then the failed ones. */
static void note_chunk(struct pass *pass, const struct slot *slot)
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

static int take_classified(struct pass *pass, struct miev_error *err)
{
    struct miev_eval_model *model = pass->model;
    struct slot *slot = slot_of(pass, pass->classified);
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
    double waited_s = (double)(now_ns(pass) - slot->sent_ns) * 1e-9;
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
static bool is_late(const struct pass *pass, uint64_t sent_ns, size_t count)
{
    double allowed_s = pass->eval->run.options->timeout_s + 20 * pass->image_s * (double)count;
    return (double)(now_ns(pass) - sent_ns) * 1e-9 > ON_THEIR_WAY * allowed_s;
}

static int end_late_ones(struct pass *pass, struct miev_error *err)
{
    struct miev_child *child = pass->model->run->child;
    int rc = miev_child_watch(child, err);
    if (rc != MIEV_OK)
        return rc;
    if (pass->classify_sent > pass->classified) {
        const struct slot *slot = slot_of(pass, pass->classified);
        if (is_late(pass, slot->sent_ns, slot->count))
            return miev_error_set(err, MIEV_ERR_TIMEOUT,
                                  "the model's process did not answer in time and was ended: an "
                                  "endless loop, or a model too slow for this machine");
    }
    for (size_t d = 0; rc == MIEV_OK && d < pass->eval->n_decoders; d++) {
        const struct slot *slot = oldest_of(pass, d);
        struct miev_eval_decoder *decoder = &pass->eval->decoders[d];
        if (decoder->waiting == 0 || !slot)
            continue;
        if (miev_child_watch(decoder->child, err) != MIEV_OK ||
            is_late(pass, slot->sent_ns, slot->count))
            rc = recover(pass, d, err);
    }
    return rc;
}

/* True when a process has an answer that is not taken, or gets one within the time. */
static int wait_for_answers(const struct pass *pass, bool *decoder_ready, bool *model_ready,
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

static int begin_span(struct pass *pass, struct miev_error *err)
{
    struct miev_eval *eval = pass->eval;
    pass->checkpoint_done = pass->model->done;
    return miev_meter_read(eval->run.meter, miev_eval_cpu_s(eval), &pass->span.start, err);
}

/* Close the span that lasts since the last checkpoint, and begin another. */
static int checkpoint(struct pass *pass, struct miev_error *err)
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

static void tell(struct pass *pass)
{
    struct miev_eval *eval = pass->eval;
    const struct miev_eval_model *model = pass->model;
    uint64_t now = now_ns(pass);
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

static int step(struct pass *pass, struct miev_error *err)
{
    bool decoder_ready[MIEV_EVAL_MAX_DECODERS] = {false}, model_ready = false;
    int rc = wait_for_answers(pass, decoder_ready, &model_ready, err);
    if (rc == MIEV_OK && model_ready)
        rc = take_classified(pass, err);
    if (rc == MIEV_OK)
        rc = send_classify(pass, err);
    for (size_t d = 0; rc == MIEV_OK && d < pass->eval->n_decoders; d++)
        if (decoder_ready[d] && pass->eval->decoders[d].waiting > 0)
            rc = take_prepared(pass, d, err);
    if (rc == MIEV_OK)
        rc = send_classify(pass, err);
    if (rc == MIEV_OK)
        rc = issue_chunks(pass, err);
    return rc == MIEV_OK ? end_late_ones(pass, err) : rc;
}

static int run_through(struct pass *pass, struct miev_error *err)
{
    struct miev_child *child = pass->model->run->child;
    double began_cpu_s = miev_child_cpu_s(child);
    int rc = begin_span(pass, err);
    pass->began_ns = pass->span.start.time_ns;
    pass->began_done = pass->model->done;
    if (rc == MIEV_OK)
        rc = issue_chunks(pass, err);
    while (rc == MIEV_OK && pass->model->done < pass->eval->dataset.n &&
           !miev_run_stopped(&pass->eval->run)) {
        rc = step(pass, err);
        tell(pass);
        if (rc == MIEV_OK && now_ns(pass) - pass->span.start.time_ns >= CHECKPOINT_NS)
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

/* "as": what the model's worker was told about pictures, and the tensor they shall become. */
static int plan_tensors(struct pass *pass, struct miev_error *err)
{
    const json_t *facts = pass->model->run->facts;
    json_t *input = json_array_get(json_object_get(facts, "inputs"), 0);
    const char *dtype = json_string_value(json_object_get(input, "dtype"));
    size_t i, bytes = dtype && strcmp(dtype, "float32") == 0   ? 4
                      : dtype && strcmp(dtype, "float16") == 0 ? 2
                                                               : 1;
    json_t *dim;
    json_array_foreach(json_object_get(input, "shape"), i, dim)
    {
        json_int_t side = json_integer_value(dim);
        if (side < 1 || side > 4096 || __builtin_mul_overflow(bytes, (size_t)side, &bytes))
            return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    }
    pass->as = json_copy(json_object_get(facts, "input_request"));
    if (!pass->as || json_object_set_new(pass->as, "do", json_string("as")) != 0 ||
        json_object_set(pass->as, "tensor", input) != 0)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the plan of pictures");
    pass->tensor_bytes = bytes;
    pass->max_chunk = bytes < CHUNK_BYTES / MAX_CHUNK ? MAX_CHUNK : CHUNK_BYTES / bytes;
    pass->max_chunk = pass->max_chunk > 0 ? pass->max_chunk : 1;
    pass->slot_bytes = pass->max_chunk * bytes;
    return MIEV_OK;
}

/* Pictures stay for the next model if there is one and they fit; those of another kind go. */
static int plan_keeping(struct pass *pass, struct miev_error *err)
{
    static const char *const not_pixels[] = {"do",  "channels_first", "bgr",   "raw", "mean",
                                             "std", "logits",         "tensor"};
    struct miev_eval *eval = pass->eval;
    json_t *kind = json_copy(pass->as);
    size_t bytes = (size_t)json_integer_value(json_object_get(kind, "width")) *
                   (size_t)json_integer_value(json_object_get(kind, "height")) * 3 *
                   eval->dataset.n;
    for (size_t i = 0; i < sizeof(not_pixels) / sizeof(not_pixels[0]); i++)
        (void)json_object_del(kind, not_pixels[i]);
    char *text = json_dumps(kind, JSON_SORT_KEYS | JSON_COMPACT);
    json_decref(kind);
    bool same = eval->kept_as && text && strcmp(eval->kept_as, text) == 0;
    eval->keeps = eval->run.n_models > 1 && bytes > 0 && bytes <= KEEP_BYTES;
    if (same || !eval->keeps) {
        free(text);
        return MIEV_OK;
    }
    if (eval->kept_fd >= 0)
        (void)close(eval->kept_fd);
    free(eval->kept_as);
    eval->kept_as = text;
    memset(eval->kept, 0, eval->dataset.n);
    int fd = miev_eval_memory("miev-kept", bytes, err);
    eval->kept_fd = fd < 0 ? -1 : fd;
    return fd < 0 ? fd : MIEV_OK;
}

static int set_up(struct pass *pass, struct miev_error *err)
{
    struct miev_eval *eval = pass->eval;
    json_t *reply = NULL;
    int rc = plan_tensors(pass, err);
    if (rc == MIEV_OK)
        rc = plan_keeping(pass, err);
    if (rc != MIEV_OK)
        return rc;
    pass->n_slots = ON_THEIR_WAY * (eval->n_decoders + 1) + 1;
    pass->slots = calloc(pass->n_slots, sizeof(*pass->slots));
    pass->best = calloc(pass->max_chunk, MIEV_EVAL_TOP * sizeof(*pass->best));
    if (!pass->slots || !pass->best)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for chunks");
    pass->ring_fd = miev_eval_memory("miev-tensors", pass->n_slots * pass->slot_bytes, err);
    if (pass->ring_fd < 0)
        return pass->ring_fd;
    for (size_t d = 0; rc == MIEV_OK && d < eval->n_decoders; d++)
        rc = ready_decoder(pass, &eval->decoders[d], err);
    if (rc == MIEV_OK)
        rc = miev_child_ask(pass->model->run->child, json_pack("{s:s}", "do", "ring"),
                            pass->ring_fd, eval->run.options->timeout_s, &reply, err);
    json_decref(reply);
    return rc;
}

int miev_eval_pass(struct miev_eval *eval, struct miev_eval_model *model, struct miev_error *err)
{
    struct pass pass = {.eval = eval,
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
            end_decoder(eval, &eval->decoders[d]);
    free(pass.slots);
    free(pass.best);
    json_decref(pass.as);
    if (pass.ring_fd >= 0)
        (void)close(pass.ring_fd);
    return rc;
}
