/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a running study, shared by the files of this folder that measure (prepare.c,
 * rounds.c), steer (study.c) and tell (report.c); eval/ puts models and meter to its own use. */
#ifndef MIEV_STUDY_RUN_H
#define MIEV_STUDY_RUN_H

#include "meter/meter.h"
#include "remote/meter.h"
#include "sensor/machine.h"
#include "study/child.h"
#include "study/plan.h"
#include "study/preprocess.h"
#include "study/sealed.h"
#include "study/stats.h"
#include "study/study.h"

#define MIEV_RUN_CONFIDENCE   0.95 /* of every statistical interval */
#define MIEV_RUN_STAGES       3
#define MIEV_RUN_STAGE_ROUNDS 3

/* One span between two meter readings. */
struct miev_round {
    struct miev_meter_sample start, stop;
    size_t count;           /* inferences, of a batch its items; 0: the round did not happen */
    double busy_s;          /* the worker's own start to end */
    unsigned reserved_cpus; /* by the model's own threads; 0: as many as the study reserves */
    bool disturbed;         /* neighbours used more than the stated share */
};

/* Rounds in the order of blocks; a model has at most one in a block. */
struct miev_rounds {
    struct miev_round *list; /* owned; index = block */
    size_t n, capacity;
};

struct miev_run_stage {
    const char *name;
    struct miev_rounds rounds;
};

struct miev_run_latency {
    double *seconds; /* owned, sorted after the pass */
    size_t n;
};

/* Load on a served model. */
struct miev_run_traffic {
    struct miev_run_latency latency; /* of answered requests, from when each was due */
    size_t sent, waited;
    double duration_s, elapsed_s;
    char fault[256];
    struct miev_round span; /* by the meter of its machine */
};

struct miev_run_model {
    struct miev_study_entry entry;
    bool remote;   /* served elsewhere: no file, and no joule of this machine is its own */
    bool features; /* load it so that its output is what its last layer is fed with */
    bool unnamed;  /* its output is no scores of classes: nothing is predicted when it is opened */
    bool prepared; /* it has come through preparation */
    bool has_energy; /* the analysis has some: the results at the end */
    char name[256];  /* "cifar10-nano:int8" */
    struct miev_sealed file;
    struct miev_child *child;
    double finished_cpu_s; /* of a child that is gone */
    int status;            /* not MIEV_OK: failed, and error says why */
    struct miev_error error;
    json_t *facts; /* engine, sandbox, inputs, outputs, preprocessing, predictions, guesses */
    struct miev_file_metadata metadata; /* of a file without a card */
    struct miev_labels guessed;         /* labels by the number of outputs; owned */
    char *const *labels; /* those in use, n_labels words: the card's or one of the two above */
    size_t n_labels;
    enum miev_origin labels_from;
    struct miev_round load;  /* the metered load */
    struct miev_round first; /* the metered first inference */
    double first_inference_s;
    double inference_s; /* present guess of one run of a batch, for the length of rounds */
    uint64_t peak_bytes;
    struct miev_run_latency latency;
    struct miev_run_traffic traffic;
    struct miev_run_stage stages[MIEV_RUN_STAGES];
    struct miev_rounds rounds;
    /* Results of the analysis, brought up to date after each block. */
    double *gross_j, *net_j; /* per inference and block, NAN where void; owned */
    struct miev_mean_interval gross, net;
    double gross_idle_error_j, net_idle_error_j; /* what idle's standard error moves them by */
};

/* What a round of inferences was, by the clock of the one that executed it. */
struct miev_repeated {
    size_t count;
    int64_t start_ns, end_ns;
};

/* A stand-in for the models' workers whose truth is known: see simulate.c. */
struct miev_executor {
    int (*repeat)(void *context, const struct miev_run_model *model, size_t count,
                  struct miev_repeated *out, struct miev_error *err);
    double (*work_cpu_s)(void *context); /* CPU seconds of the work so far */
    void *context;
};

struct miev_run {
    const struct miev_study_options *options;
    const struct miev_executor *executor; /* NULL: the models' workers */
    struct miev_meter *meter;
    struct miev_remote_meter *remote_meter; /* whose channels `meter` is, where all models are
                                             * served by its machine; else NULL */
    char no_meter[512]; /* why served models have no energy, as a sentence without its end */
    struct miev_machine machine;
    struct miev_share share;
    struct miev_sealed input;
    json_t *picture; /* what it is: format, size, colour profile; NULL: not looked at; owned */
    struct miev_run_model *models;
    size_t n_models;
    struct miev_rounds idle_rounds;
    struct miev_idle idle, idle_error; /* mean power and its standard error */
    size_t idle_count;                 /* idle rounds that it rests on */
    struct miev_ratio *ratios;         /* of pairs (i, j), i < j, row by row; owned */
    bool neighbours_matter;            /* a measured counter holds their joules too */
    bool void_disturbed;               /* disturbed rounds do not count; see rounds.c */
    bool neighbours_busy;              /* they matter, and the last round had them */
    double update_period_s; /* slowest of the counted channels that is fast enough to wait for */
    double between_model_factor; /* 1 when measured */
    struct miev_random random;
    size_t blocks;
    uint64_t started_ns, finished_ns;
    uint64_t checkpoint_ns;  /* end of the last checkpoint, 0: none yet */
    const char *stop_reason; /* "precise", "budget", "interrupted", "failed", "no-meter"; NULL: it
                              * runs */
    double worst_half_width_ratio, worst_ratio_half_width;
    double rounds_from_s;   /* since the start: when the first block began */
    double needed_budget_s; /* by which the target would be reached; NAN: reached, or not known */
};

/* study.c: models, input (NULL input_path: the caller's business), meter and machine from the
 * options that are set in run. miev_run_tear_down in any case. */
MIEV_MUST_USE int miev_run_set_up(struct miev_run *run, const struct miev_study_entry *entries,
                                  struct miev_error *err);
void miev_run_tear_down(struct miev_run *run);

/* The settings of a model, its own or the study's: pictures of one inference, threads, and the
 * logical CPUs that so many threads reserve. */
unsigned miev_run_batch(const struct miev_run_model *model);
unsigned miev_run_threads(const struct miev_run *run, const struct miev_run_model *model);
unsigned miev_run_reserved_cpus(const struct miev_run *run, const struct miev_run_model *model);

/* False for a served model while no meter of its machine is there: it has no rounds. */
bool miev_run_is_metered(const struct miev_run *run, const struct miev_run_model *model);
/* True once the user asked to stop. */
bool miev_run_stopped(const struct miev_run *run);
double miev_run_elapsed_s(const struct miev_run *run);
/* CPU seconds of all workers so far: what the meter needs beside its counters. */
double miev_run_work_cpu_s(struct miev_run *run);
void miev_run_tell(struct miev_run *run, enum miev_study_phase phase,
                   const struct miev_run_model *model);

/* Hand over what is known so far, when it is time to; where no round is under way. */
void miev_run_checkpoint(struct miev_run *run);

/* prepare.c: start a worker and bring a model to where rounds can begin. On failure the model's
 * status and error are set and its worker is gone. */
void miev_run_prepare(struct miev_run *run, struct miev_run_model *model);
/* The part of it that comes before any measuring: its facts then hold "input_request" (what its
 * worker was told about pictures) and "classes". */
void miev_run_open(struct miev_run *run, struct miev_run_model *model);
/* Single inferences of an open model, each timed, into fresh memory. */
MIEV_MUST_USE int miev_run_time_each(struct miev_run *run, struct miev_run_model *model,
                                     size_t count, struct miev_run_latency *out,
                                     struct miev_error *err);
/* Start a worker that will run no model, and lock it; before that it loads what decoding pictures
 * of the format takes (for miev_image_prepare; NULL: nothing). */
MIEV_MUST_USE int miev_run_start_preparer(struct miev_run *run, uint64_t memory_bytes,
                                          const char *format, struct miev_child **out,
                                          struct miev_error *err);

/* picture.c */
/* Decode the photo once in a process of its own and keep what it is in run->picture. A photo that
 * cannot be decoded ends the study here, with the sentence that says why. */
int miev_run_look(struct miev_run *run, struct miev_error *err);
/* The name of its format for miev_image_prepare, or NULL. */
const char *miev_run_picture_format(const struct miev_run *run);

/* rounds.c */
/* Repeat a stage of a model between two readings and keep it as round number `index`. */
int miev_run_round(struct miev_run *run, struct miev_run_model *model, const char *stage,
                   size_t count, struct miev_rounds *rounds, size_t index, struct miev_error *err);
int miev_run_idle_round(struct miev_run *run, double duration_s, size_t index,
                        struct miev_error *err);
/* True for a round that happened and counts. */
bool miev_round_usable(const struct miev_run *run, const struct miev_round *round);
/* The energy of a round at the present idle power, shifted by idle_sigmas standard errors. */
int miev_run_energy(const struct miev_run *run, const struct miev_round *round, double idle_sigmas,
                    struct miev_span_energy *out, struct miev_error *err);
/* The same for one channel. */
void miev_run_channel_energy(const struct miev_run *run, const struct miev_round *round,
                             size_t channel, struct miev_channel_energy *out);
/* Every model's series, intervals and ratios from the rounds so far. */
int miev_run_analyse(struct miev_run *run, struct miev_error *err);
void miev_rounds_finish(struct miev_rounds *rounds);
/* Its rounds, results and file of a model; its worker is ended. */
void miev_run_model_finish(struct miev_run_model *model);
/* Give up on a model: keep the reason, end its worker. */
void miev_run_fail(struct miev_run_model *model, const struct miev_error *err);

/* study.c */
/* Learn from the open meter what rounds need to know of it. */
void miev_run_look_at_meter(struct miev_run *run);
/* Blocks of rounds until the answer is precise or the time is used, then the verdicts. */
int miev_run_measure(struct miev_run *run, struct miev_error *err);

/* report.c */
json_t *miev_run_report(const struct miev_run *run);
/* Quantiles as in the report; sorts the samples. New reference. */
json_t *miev_latency_json(struct miev_run_latency *latency);
/* {"machine", "meter"} as in the report. */
json_t *miev_run_surroundings(const struct miev_run *run);

#endif
