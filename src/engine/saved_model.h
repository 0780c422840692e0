/* SPDX-License-Identifier: Apache-2.0 */
/* What TensorFlow's saved_model.pb tells of how a model is called: which of its graphs, and by
 * which signature (a name, with the tensors that go in and come out). Untrusted, every length
 * checked; the graph itself is TensorFlow's to read. Pure. */
#ifndef MIEV_ENGINE_SAVED_MODEL_H
#define MIEV_ENGINE_SAVED_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

#define MIEV_SAVED_MAX_PORTS 64u

/* The numbers of TensorFlow's DataType that this program knows. */
enum saved_element {
    SAVED_FLOAT32 = 1,
    SAVED_INT32 = 3,
    SAVED_UINT8 = 4,
    SAVED_INT8 = 6,
    SAVED_STRING = 7,
    SAVED_INT64 = 9,
    SAVED_FLOAT16 = 19,
    SAVED_RESOURCE = 20,
};

/* MIEV_DTYPE_OTHER for what is not read. */
enum miev_dtype miev_saved_dtype(int element);

struct miev_saved_port {
    char name[128];      /* in the signature: "images" */
    char operation[512]; /* of the graph: "serving_default_images" */
    int index;           /* of that operation's outputs */
    int element;
    size_t rank;
    int64_t dims[MIEV_TENSOR_MAX_DIMS]; /* -1: open; an unknown rank is one open dimension */
};

struct miev_saved_side {
    struct miev_saved_port list[MIEV_SAVED_MAX_PORTS];
    size_t n;
};

struct miev_saved_model {
    bool serve; /* the graph with the tag "serve", as TensorFlow 2 saves it; else the one without
                 * tags, as TensorFlow 1's hub modules have it */
    char signature[128];
    char others[256]; /* names of signatures that were not taken, "" when there are none */
    /* Inputs by name. Outputs: numbers before what is not read, "default" first, then by name. */
    struct miev_saved_side inputs, outputs;
};

/* Takes "serving_default", "image_classification" or "default", the first that is there, or the
 * only signature. MIEV_ERR_BROKEN: damaged or cut. MIEV_ERR_UNSUPPORTED: no graph or no signature
 * to choose, or one that this program cannot call, in words. MIEV_ERR_LIMIT: too many tensors. */
MIEV_MUST_USE int miev_saved_model_read(const void *bytes, size_t length,
                                        struct miev_saved_model *out, struct miev_error *err);

#endif
