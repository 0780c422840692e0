/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a running evaluation, shared by the files of this folder. */
#ifndef MIEV_EVAL_PASS_H
#define MIEV_EVAL_PASS_H

#include "core/proportion.h"
#include "eval/dataset.h"
#include "eval/eval.h"
#include "eval/groups.h"
#include "study/predict.h"
#include "study/run.h"

#define MIEV_EVAL_TOP          MIEV_PREDICT_TOP
#define MIEV_EVAL_MAX_DECODERS 64u
#define MIEV_EVAL_MAX_FAILURES 100u /* that are told by name */

enum miev_eval_outcome {
    MIEV_EVAL_OPEN,     /* not looked at yet */
    MIEV_EVAL_ANSWERED, /* best holds its classes */
    MIEV_EVAL_FAILED,   /* not readable, not decodable, or scores that are no numbers */
};

/* Joules of all that was metered of one model's pass, in this run and those before it. */
struct miev_eval_part {
    char method[16], sensor[32]; /* "" before the first span; method "unavailable", "mixed" ... */
    double gross_j, net_j, low_j, high_j;
};
struct miev_eval_energy {
    struct miev_eval_part parts[MIEV_PART_COUNT];
    double seconds, cpu_s, neighbour_cpu_s, idle_shift_j; /* last: one standard error of idle */
    size_t images;                                        /* that the joules cover */
    bool elsewhere; /* the model is served by another machine: no joule of this one is its */
};

struct miev_eval_model {
    struct miev_run_model *run; /* of the struct miev_run */
    size_t classes, n_best;
    struct miev_groups groups;
    int32_t *best;          /* MIEV_EVAL_TOP an image, owned */
    unsigned char *outcome; /* enum miev_eval_outcome an image, owned */
    size_t done;            /* images [0, done) are no longer open */
    size_t right, n_failed;
    json_t *failures; /* {"image", "message"}, the first MIEV_EVAL_MAX_FAILURES; owned */
    struct miev_eval_energy energy;
    size_t resumed; /* images that an earlier run had done */
    double resumed_seconds;
    int64_t resumed_unix_s;
    /* Of this run: wall time of the pass, and of that the time in the model's process; CPU time of
     * that process. */
    double seconds, busy_s, cpu_s;
    size_t n_decoded, n_kept;
    size_t n_features;     /* that are taken of each image; 0: its best classes are */
    int vectors_fd;        /* memory for n_features floats of each image, -1: none */
    char state_path[4096]; /* "": nothing is written */
    int state_fd;          /* -1: none */
};

/* A process that makes tensors ahead. */
struct miev_eval_decoder {
    struct miev_child *child; /* NULL: not started */
    size_t waiting;           /* requests that it has not answered */
};

struct miev_eval {
    const struct miev_eval_options *options;
    struct miev_run run;
    struct miev_dataset dataset;
    json_t *left_out; /* {"folder", "images"} by the mapping's word; NULL: none; owned */
    struct miev_eval_model *models; /* run.n_models of them */
    struct miev_eval_decoder decoders[MIEV_EVAL_MAX_DECODERS];
    size_t n_decoders;
    double finished_cpu_s; /* of decoders that are gone */
    size_t respawns;
    /* Decoded pictures that stay for the next model. */
    int kept_fd;         /* -1: none stay */
    char *kept_as;       /* what they were resized to and how, as text; owned */
    unsigned char *kept; /* an image: its pixels are there; owned */
    bool keeps;          /* kept_fd holds pictures of this pass's kind */
    uint64_t told_ns;    /* when progress was told last */
};

/* eval.c: the steps of an evaluation, for others that put a dataset through models. */
/* *study is filled from the options, and stays the caller's. */
void miev_eval_init(struct miev_eval *eval, struct miev_study_options *study,
                    const struct miev_eval_options *options, size_t n_models);
MIEV_MUST_USE int miev_eval_set_up(struct miev_eval *eval, const struct miev_study_entry *entries,
                                   struct miev_error *err);
MIEV_MUST_USE int miev_eval_open_dataset(struct miev_eval *eval, struct miev_error *err);
MIEV_MUST_USE int miev_eval_measure_idle(struct miev_eval *eval, struct miev_error *err);
/* Room for what comes of each image. */
MIEV_MUST_USE int miev_eval_make_room(const struct miev_eval *eval, struct miev_eval_model *model,
                                      struct miev_error *err);
/* Load model i, do the work, end its worker: one model at a time is in memory. A failure is the
 * model's, with its reason. */
typedef int miev_eval_work(struct miev_eval *eval, struct miev_eval_model *model,
                           struct miev_error *err);
void miev_eval_one(struct miev_eval *eval, size_t i, miev_eval_work *work);
/* The same in the middle of the work, once it needs the model no more. */
void miev_eval_end_worker(struct miev_eval_model *model);
/* True once the user asked to stop; takes a struct miev_eval. */
bool miev_eval_stopped(void *eval);
/* In any case after miev_eval_init. */
void miev_eval_tear_down(struct miev_eval *eval);

/* pass.c: put all images that are still open through one model. Stops early when the user asks. */
MIEV_MUST_USE int miev_eval_pass(struct miev_eval *eval, struct miev_eval_model *model,
                                 struct miev_error *err);
/* pass_decode.c: CPU seconds of all processes that evaluate, this one too. */
double miev_eval_cpu_s(struct miev_eval *eval);
void miev_eval_end_decoders(struct miev_eval *eval);
/* pass_plan.c: a memory file that other processes may write and nobody may cut short. Returns the
 * descriptor (caller closes), or a status. */
int miev_eval_memory(const char *name, size_t length, struct miev_error *err);

/* True when a class of the model is right for the image. */
static inline bool miev_eval_is_right(const struct miev_eval *eval,
                                      const struct miev_eval_model *model, size_t image,
                                      int32_t answer)
{
    uint32_t folder = eval->dataset.images[image].class_index;
    return answer >= 0 && model->groups.of_class[answer] == model->groups.of_folder[folder];
}

/* Note what came of one image; message NULL: answered with best, model->n_best classes. */
void miev_eval_note(const struct miev_eval *eval, struct miev_eval_model *model, size_t image,
                    const int32_t *best, const char *message);

/* energy.c */
/* Add the span between two readings, in which so many images were done. */
MIEV_MUST_USE int miev_eval_add_span(struct miev_eval *eval, struct miev_eval_energy *energy,
                                     const struct miev_round *span, struct miev_error *err);
json_t *miev_eval_energy_json(const struct miev_eval_energy *energy, size_t images);
/* For the state file. */
json_t *miev_eval_energy_save(const struct miev_eval_energy *energy);
bool miev_eval_energy_load(const json_t *from, struct miev_eval_energy *out);

/* state.c: answers on disk, so that an evaluation can go on where it was ended. */
/* Take up what the folder holds of this very evaluation, and open its file for more. */
MIEV_MUST_USE int miev_eval_state_open(struct miev_eval *eval, struct miev_eval_model *model,
                                       struct miev_error *err);
/* Add the answers of images [first, first + count) and the energy so far. */
MIEV_MUST_USE int miev_eval_state_add(struct miev_eval_model *model, size_t first, size_t count,
                                      struct miev_error *err);
MIEV_MUST_USE int miev_eval_state_add_energy(struct miev_eval_model *model, struct miev_error *err);
/* Close it; remove: the answers are all told. */
void miev_eval_state_close(struct miev_eval_model *model, bool remove);
/* Read the lines behind the first one of a state file into the model: for miev_eval_state_open, and
 * for the fuzzer. Returns the bytes that are whole and fit; what follows them is not used. */
size_t miev_eval_state_replay(const struct miev_eval *eval, struct miev_eval_model *model,
                              const char *text, size_t length);

/* report.c */
json_t *miev_eval_report(const struct miev_eval *eval, const char *stop_reason);
/* parts.c: what an evaluation's report and a probe's have in common. */
json_t *miev_eval_text_json(const char *text);
json_t *miev_eval_share_json(uint64_t right, uint64_t n);
/* Of the dataset, of the images that could not be evaluated, of a model's name, file and engine;
 * and of what ended it. */
json_t *miev_eval_dataset_json(const struct miev_dataset *dataset);
json_t *miev_eval_failed_json(const struct miev_eval_model *model);
json_t *miev_eval_identity_json(const struct miev_eval_model *model);
json_t *miev_eval_error_json(const struct miev_run_model *run);
/* Every pair of n models that answered the same images: names, and paired[] of (i, j), i < j, row
 * by row. */
json_t *miev_eval_pairs_json(const char *const *names, size_t n, const struct miev_paired *paired);

#endif
