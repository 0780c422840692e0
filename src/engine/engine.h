/* SPDX-License-Identifier: Apache-2.0 */
/* The plug-in table of engines: runtimes that execute model files. Everything here runs inside the
 * sandboxed worker; a crash ends that worker only. */
#ifndef MIEV_ENGINE_ENGINE_H
#define MIEV_ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/op_times.h"
#include "miev.h"

#define MIEV_ENGINE_API_VERSION 1u
#define MIEV_TENSOR_MAX_DIMS    8

enum miev_dtype {
    MIEV_DTYPE_FLOAT32,
    MIEV_DTYPE_FLOAT16,
    MIEV_DTYPE_UINT8,
    MIEV_DTYPE_INT8,
    MIEV_DTYPE_INT32,
    MIEV_DTYPE_INT64,
    MIEV_DTYPE_OTHER /* strings, complex ...: shown by name, never read */
};

/* "float32", ...: as in the report. */
const char *miev_dtype_name(enum miev_dtype dtype);
/* Bytes of one element, 0 for MIEV_DTYPE_OTHER. */
size_t miev_dtype_size(enum miev_dtype dtype);

struct miev_tensor {
    char name[128];
    enum miev_dtype dtype;
    size_t n_dims;
    int64_t dims[MIEV_TENSOR_MAX_DIMS]; /* -1: not known before miev_engine_ops.shape_input */
    double scale;                       /* real = scale * (stored - zero_point); 0: not quantised */
    int64_t zero_point;
    void *data; /* the engine's, valid until the next load or shape_input; NULL while a dim is -1 */
    size_t bytes;
};

struct miev_engine_options {
    const char *runtime_dir; /* folder that holds the runtime's shared objects, or NULL: only the
                              * places the system's loader looks at */
    unsigned threads;        /* >= 1 */
    const char *delegate;    /* NULL: the engine's best; "none": plain kernels; else its name */
    /* Not NULL: the profile slot will be called. A runtime that can only write its profile to a
     * file writes it to this name with anything behind it: the sandbox has it end up in profile_fd,
     * a file in memory. */
    const char *profile_name;
    int profile_fd;
    /* Of an engine whose models are served elsewhere. */
    const char *address;  /* the model's name, "oip:http://host:8000/net" */
    const char *token;    /* for that host alone, or NULL */
    double timeout_s;     /* longest wait for one answer */
    unsigned connections; /* requests that may be under way at once, >= 1 */
};

/* Requests of an open loop: each has the time at which it is due, whatever becomes of the others.
 */
struct miev_traffic {
    const double *due_s; /* of each request, from the beginning; rising */
    size_t n;
    double patience_s; /* what is not answered so long after the last was due is given up */
};

struct miev_traffic_result {
    double *latency_s; /* of each request, from the time it was due to its last byte; NAN: it
                        * failed or was given up; the caller frees */
    double elapsed_s;  /* to the last answer that came */
    size_t waited;     /* requests that were due while all connections were busy */
    char fault[256];   /* why the first one that failed did, or "" */
};

struct miev_engine_info {
    char runtime[64];  /* "LiteRT" */
    char version[64];  /* the runtime's own word */
    char delegate[64]; /* really in use: "xnnpack", "none" */
    unsigned threads;  /* really in use */
};

/* What a model file tells about itself beside the graph. */
struct miev_engine_metadata {
    size_t n_channels;      /* that mean and std are told for: 1, 3, or 0 when they are not told */
    double mean[3], std[3]; /* of pixels 0 to 255: (pixel - mean) / std goes in */
    char labels_name[128];  /* of the file that holds the labels, "" when there is none */
    char *labels;           /* its text, labels_bytes long, not checked; the caller frees it */
    size_t labels_bytes;
    char fault[256];  /* what is there and cannot be used, as the end of a sentence, or "" */
    char choice[400]; /* what the engine chose where the file leaves a choice, or "" */
};

struct miev_engine_ops {
    unsigned api_version; /* MIEV_ENGINE_API_VERSION */
    const char *name;     /* "tflite" */
    const char *summary;  /* one line for `miev doctor` */
    const char *sandbox;  /* name of the profile of study/sandbox.h that it needs; NULL: "strict" */
    size_t state_size;    /* zeroed bytes the caller provides */
    bool remote;          /* models are served elsewhere, named by options.address: `load` asks for
                           * what they are, and gets no bytes */

    /* True when the first bytes of a file (length may be short), or a packed folder, look like this
     * engine's format. Never NULL. */
    bool (*handles)(const void *head, size_t length);

    /* Open the runtime (dlopen) and make it start all that it starts late (threads, reads of
     * /proc/cpuinfo) by running a tiny model of our own, so that the sandbox can be locked after
     * it. Fills *info as far as known without a model. MIEV_ERR_UNAVAILABLE with the command that
     * would add the runtime when it is not there. Never NULL; after a failure close is not called.
     */
    int (*open)(void *state, const struct miev_engine_options *options,
                struct miev_engine_info *info, struct miev_error *err);

    /* Take the untrusted model from memory that outlives the state and is never written; a folder
     * comes packed, as core/pack.h tells. After it, *info holds the delegate and the threads in
     * use. Never NULL. */
    int (*load)(void *state, const void *model, size_t length, struct miev_engine_info *info,
                struct miev_error *err);

    /* As load, but output 0 is what the model's last layer is fed with: the features that it tells
     * classes by. MIEV_ERR_UNSUPPORTED, with what to do, where no such layer is found. NULL when
     * the engine cannot. */
    int (*load_features)(void *state, const void *model, size_t length,
                         struct miev_engine_info *info, struct miev_error *err);
    bool channels_first; /* how its format lays out maps of features: [1, C, H, W] */

    /* What the loaded file tells about itself; *out is zeroed by the caller. What is damaged is a
     * fault in words and fails nothing. NULL when the format tells nothing. */
    int (*metadata)(void *state, struct miev_engine_metadata *out, struct miev_error *err);

    size_t (*input_count)(const void *state);
    size_t (*output_count)(const void *state);
    int (*input)(void *state, size_t i, struct miev_tensor *out, struct miev_error *err);
    int (*output)(void *state, size_t i, struct miev_tensor *out, struct miev_error *err);

    /* Give input i the shape dims (all > 0): what the file leaves open, and where the runtime can
     * another batch than the file's 1, though a graph may compute nonsense of it. NULL when the
     * engine cannot. */
    int (*shape_input)(void *state, size_t i, const int64_t *dims, size_t n_dims,
                       struct miev_error *err);

    /* One inference over the inputs' present content; outputs stay until the next run. Never NULL.
     */
    int (*run)(void *state, struct miev_error *err);

    /* Run times->n_runs inferences and tell how long each operator and each run took; once, in a
     * state that was opened for it. NULL when the runtime tells no operator's time. */
    int (*profile)(void *state, struct miev_op_times *times, struct miev_error *err);
    /* Send requests with the inputs' present content when each is due. Fails only where none can be
     * sent at all. NULL: the engine runs models on this machine, one inference after the other. */
    int (*traffic)(void *state, const struct miev_traffic *plan, struct miev_traffic_result *out,
                   struct miev_error *err);

    /* Release all that open and load acquired. Never NULL. */
    void (*close)(void *state);
};

/* All engines, ends with NULL. */
extern const struct miev_engine_ops *const miev_engines[];

/* The entry of the table that handles a file with these first bytes, or NULL. */
const struct miev_engine_ops *miev_engine_for(const struct miev_engine_ops *const *engines,
                                              const void *head, size_t length);
/* The entry of that name, or NULL. */
const struct miev_engine_ops *miev_engine_named(const struct miev_engine_ops *const *engines,
                                                const char *name);

/* What a file that no engine handles seems to be, in words, with what to do ("a Git LFS pointer:
 * run `git lfs pull`"); "not a model file that this program knows" when nothing fits. All of the
 * file, so that a zip can be told by what it holds; 300 bytes are room for every answer. */
void miev_engine_describe_stranger(const void *bytes, size_t length, char *out, size_t capacity);

#endif
