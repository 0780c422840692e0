/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of a pass only: its state, and what each file of it serves.
 *
 * pass_plan.c: how large the tensors are, and which pictures stay for the next model; pass_chunk.c:
 * the files of a chunk and what came of them; pass_decode.c: the processes that make tensors;
 * pass.c: the model's answers, the waiting, the pass itself.
 */
#ifndef MIEV_EVAL_PASS_PARTS_H
#define MIEV_EVAL_PASS_PARTS_H

#include "eval/pass.h"

#define MIEV_PASS_ON_THEIR_WAY 4u /* requests to one process */
#define MIEV_PASS_KEEP_BYTES   ((size_t)512 << 20)

enum miev_pass_state { MIEV_PASS_PREPARING, MIEV_PASS_READY, MIEV_PASS_CLASSIFYING };

/* A chunk on its way: images [first, first + count), slot number = chunk number modulo slots. */
struct miev_pass_slot {
    enum miev_pass_state state;
    size_t first, count, decoder;
    json_t *failed; /* {"at", "message"} within the chunk, owned */
    uint64_t sent_ns;
};

struct miev_pass {
    struct miev_eval *eval;
    struct miev_eval_model *model;
    struct miev_pass_slot *slots;
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

static inline uint64_t miev_pass_now_ns(const struct miev_pass *pass)
{
    return miev_env_now_ns(pass->eval->run.options->env);
}

static inline struct miev_pass_slot *miev_pass_slot_of(const struct miev_pass *pass, size_t chunk)
{
    return &pass->slots[chunk % pass->n_slots];
}

/* Where in the ring a chunk's tensors begin. */
static inline size_t miev_pass_slot_at(const struct miev_pass *pass, size_t chunk)
{
    return chunk % pass->n_slots * pass->slot_bytes;
}

/* pass_plan.c: fill in "as", the sizes, and what is kept. */
MIEV_MUST_USE int miev_pass_plan(struct miev_pass *pass, struct miev_error *err);

/* pass_chunk.c */
/* Image `at` of the chunk cannot be had. */
void miev_pass_fail_image(struct miev_pass_slot *slot, size_t at, const char *message);
/* The request that has a chunk of `count` images made ready; *files: the descriptor that goes with
 * it, -1 when all of them are kept. slot->count becomes what it really takes. */
json_t *miev_pass_read_chunk(const struct miev_pass *pass, size_t chunk,
                             struct miev_pass_slot *slot, int *files);
/* After a chunk was made ready: its pictures that could be decoded stay, if any do. */
void miev_pass_mark_kept(struct miev_pass *pass, const struct miev_pass_slot *slot);
/* Take over what a decoder could not do; false when it answered nonsense. */
MIEV_MUST_USE bool miev_pass_take_failures(struct miev_pass_slot *slot, size_t offset, size_t count,
                                           const json_t *reply);

/* pass_decode.c */
/* Start it unless it runs, and tell it what this pass needs. */
MIEV_MUST_USE int miev_pass_ready_decoder(struct miev_pass *pass, struct miev_eval_decoder *decoder,
                                          struct miev_error *err);
void miev_pass_end_decoder(struct miev_eval *eval, struct miev_eval_decoder *decoder);
/* Send chunks while there is room for them and a decoder that has not enough to do. */
MIEV_MUST_USE int miev_pass_issue_chunks(struct miev_pass *pass, struct miev_error *err);
/* The oldest chunk that a decoder has not answered, or NULL. */
struct miev_pass_slot *miev_pass_oldest_of(const struct miev_pass *pass, size_t which);
/* Take the answer of decoder `which`. */
MIEV_MUST_USE int miev_pass_take_prepared(struct miev_pass *pass, size_t which,
                                          struct miev_error *err);
/* The picture that ended a decoder is found by giving a new one each of its pictures alone. */
MIEV_MUST_USE int miev_pass_recover(struct miev_pass *pass, size_t which, struct miev_error *err);

#endif
