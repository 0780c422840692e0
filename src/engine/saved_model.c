/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/saved_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "engine/protobuf.h"

/* The numbers of the fields that are read. TensorFlow's formats only grow. */
enum {
    SAVED_MODEL_GRAPH = 2,
    META_GRAPH_INFO = 1,
    META_GRAPH_SIGNATURE = 5,
    META_INFO_TAG = 4,
    SIGNATURE_INPUT = 1,
    SIGNATURE_OUTPUT = 2,
    ENTRY_KEY = 1,
    ENTRY_VALUE = 2,
    TENSOR_NAME = 1,
    TENSOR_TYPE = 2,
    TENSOR_SHAPE = 3,
    SHAPE_DIM = 2,
    SHAPE_UNKNOWN_RANK = 3,
    DIM_SIZE = 1,
};

enum miev_dtype miev_saved_dtype(int element)
{
    switch (element) {
    case SAVED_FLOAT32:
        return MIEV_DTYPE_FLOAT32;
    case SAVED_FLOAT16:
        return MIEV_DTYPE_FLOAT16;
    case SAVED_UINT8:
        return MIEV_DTYPE_UINT8;
    case SAVED_INT8:
        return MIEV_DTYPE_INT8;
    case SAVED_INT32:
        return MIEV_DTYPE_INT32;
    case SAVED_INT64:
        return MIEV_DTYPE_INT64;
    default:
        return MIEV_DTYPE_OTHER;
    }
}

static int damaged(struct miev_error *err)
{
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "saved_model.pb is damaged or cut short: fetch or save the model again");
}

/* "a, b": one name more, as far as there is room. */
static void append_name(char *list, size_t capacity, const struct miev_protobuf *name)
{
    char shown[64];
    size_t used = strlen(list);
    miev_protobuf_show(name, shown, sizeof(shown));
    (void)snprintf(list + used, capacity - used, "%s%s", used ? ", " : "", shown);
}

/* ---- which graph ---- */

struct tags {
    size_t n;
    bool serve;
    char words[64];
};

static struct tags read_tags(struct miev_protobuf meta_graph)
{
    struct tags tags = {0, false, ""};
    struct miev_protobuf info = miev_protobuf_find(meta_graph, META_GRAPH_INFO);
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&info, &field)) {
        if (!miev_protobuf_is_bytes(&field, META_INFO_TAG))
            continue;
        tags.n++;
        tags.serve = tags.serve || miev_protobuf_is(&field.bytes, "serve");
        append_name(tags.words, sizeof(tags.words), &field.bytes);
    }
    return tags;
}

/* The graph that is tagged "serve" alone, else one without any tag. */
static int choose_graph(struct miev_protobuf saved, struct miev_protobuf *graph, bool *serve,
                        struct miev_error *err)
{
    struct miev_protobuf_field field;
    char words[200] = "";
    bool plain = false;
    *serve = false;
    while (miev_protobuf_next(&saved, &field)) {
        if (!miev_protobuf_is_bytes(&field, SAVED_MODEL_GRAPH))
            continue;
        struct tags tags = read_tags(field.bytes);
        size_t used = strlen(words);
        (void)snprintf(words + used, sizeof(words) - used, "%s{%s}", used ? ", " : "", tags.words);
        bool serves = tags.n == 1 && tags.serve;
        if (*serve || (!serves && (tags.n > 0 || plain)))
            continue;
        *graph = field.bytes;
        *serve = serves;
        plain = !serves;
    }
    if (saved.broken)
        return damaged(err);
    if (*serve || plain)
        return MIEV_OK;
    return miev_error_set(
        err, MIEV_ERR_UNSUPPORTED,
        "saved_model.pb holds no graph that is tagged \"serve\", and none without "
        "tags; it has %s: save the model for serving",
        *words ? words : "none at all");
}

/* ---- which signature ---- */

/* TensorFlow's own, for what a model does when it is loaded. */
static bool is_inner(const struct miev_protobuf *name)
{
    return miev_protobuf_is(name, "__saved_model_init_op") ||
           miev_protobuf_is(name, "__saved_model_train_op");
}

/* Its place among those that are taken by name; the last place for any other. */
static size_t preference(const struct miev_protobuf *name)
{
    static const char *const preferred[] = {"serving_default", "image_classification", "default"};
    size_t i = 0;
    while (i < sizeof(preferred) / sizeof(preferred[0]) && !miev_protobuf_is(name, preferred[i]))
        i++;
    return i;
}

struct signatures {
    struct miev_protobuf best, name; /* of those that were looked at */
    size_t n, best_preference, n_best;
};

/* Signatures are a map: entries of a key and a value. */
static struct signatures look_at_signatures(struct miev_protobuf *graph)
{
    struct signatures all = {.best_preference = SIZE_MAX};
    struct miev_protobuf_field field;
    while (miev_protobuf_next(graph, &field)) {
        if (!miev_protobuf_is_bytes(&field, META_GRAPH_SIGNATURE))
            continue;
        struct miev_protobuf name = miev_protobuf_find(field.bytes, ENTRY_KEY);
        if (is_inner(&name))
            continue;
        size_t place = preference(&name);
        all.n++;
        all.n_best = place < all.best_preference ? 1 : all.n_best + (place == all.best_preference);
        if (place >= all.best_preference)
            continue;
        all.best_preference = place;
        all.best = miev_protobuf_find(field.bytes, ENTRY_VALUE);
        all.name = name;
    }
    return all;
}

static void name_others(struct miev_protobuf graph, const struct miev_protobuf *taken, char *list,
                        size_t capacity)
{
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&graph, &field)) {
        if (!miev_protobuf_is_bytes(&field, META_GRAPH_SIGNATURE))
            continue;
        struct miev_protobuf name = miev_protobuf_find(field.bytes, ENTRY_KEY);
        if (!is_inner(&name) && !miev_protobuf_same(&name, taken))
            append_name(list, capacity, &name);
    }
}

static int choose_signature(struct miev_protobuf graph, struct miev_saved_model *out,
                            struct miev_protobuf *signature, struct miev_error *err)
{
    struct miev_protobuf rest = graph;
    struct signatures all = look_at_signatures(&rest);
    const struct miev_protobuf none = {NULL, NULL, false};
    if (rest.broken)
        return damaged(err);
    if (all.n == 0)
        return miev_error_set(
            err, MIEV_ERR_UNSUPPORTED,
            "the SavedModel has no signature, so nobody can tell what goes in and "
            "what comes out: save it again with signatures=");
    if (all.n_best > 1) {
        name_others(graph, &none, out->others, sizeof(out->others));
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the SavedModel has several signatures (%s) and none is called "
                              "serving_default, image_classification or default: save it again "
                              "with the one to be measured as serving_default",
                              out->others);
    }
    miev_protobuf_show(&all.name, out->signature, sizeof(out->signature));
    name_others(graph, &all.name, out->others, sizeof(out->others));
    *signature = all.best;
    return MIEV_OK;
}

/* ---- its tensors ---- */

static int64_t read_dim(struct miev_protobuf dim)
{
    struct miev_protobuf_field field;
    int64_t size = 0;
    while (miev_protobuf_next(&dim, &field))
        if (field.id == DIM_SIZE && field.kind == MIEV_PROTOBUF_NUMBER)
            size = (int64_t)field.number;
    return size < 0 ? -1 : size;
}

static void read_dims(struct miev_protobuf shape, struct miev_saved_port *port)
{
    struct miev_protobuf_field field;
    bool unknown = false;
    port->rank = 0;
    while (miev_protobuf_next(&shape, &field)) {
        unknown = unknown || (field.id == SHAPE_UNKNOWN_RANK && field.number);
        if (!miev_protobuf_is_bytes(&field, SHAPE_DIM))
            continue;
        if (port->rank < MIEV_TENSOR_MAX_DIMS)
            port->dims[port->rank] = read_dim(field.bytes);
        port->rank++;
    }
    if (!unknown)
        return;
    port->rank = 1;
    port->dims[0] = -1;
}

/* "operation:index". */
static bool read_place(const struct miev_protobuf *text, struct miev_saved_port *port)
{
    size_t length = miev_protobuf_length(text);
    if (length == 0 || length >= sizeof(port->operation) || memchr(text->at, '\0', length))
        return false;
    memcpy(port->operation, text->at, length);
    port->operation[length] = '\0';
    char *colon = strrchr(port->operation, ':');
    if (!colon || colon == port->operation || strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    long index = strtol(colon + 1, NULL, 10);
    *colon = '\0';
    port->index = (int)index;
    return colon[1] != '\0' && index <= INT32_MAX;
}

static int read_port(struct miev_protobuf entry, const char *what, struct miev_saved_port *port,
                     struct miev_error *err)
{
    struct miev_protobuf key = miev_protobuf_find(entry, ENTRY_KEY);
    struct miev_protobuf info = miev_protobuf_find(entry, ENTRY_VALUE);
    struct miev_protobuf name = miev_protobuf_find(info, TENSOR_NAME);
    struct miev_protobuf shape = miev_protobuf_find(info, TENSOR_SHAPE);
    struct miev_protobuf_field field;
    miev_protobuf_show(&key, port->name, sizeof(port->name));
    port->element = 0;
    while (miev_protobuf_next(&info, &field))
        if (field.id == TENSOR_TYPE && field.kind == MIEV_PROTOBUF_NUMBER)
            port->element = (int)(field.number & INT32_MAX);
    read_dims(shape, port);
    if (port->rank > MIEV_TENSOR_MAX_DIMS)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "%s '%s' has %zu dimensions, at most %d are served", what, port->name,
                              port->rank, MIEV_TENSOR_MAX_DIMS);
    if (read_place(&name, port))
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                          "%s '%s' of the signature is no plain tensor of the graph", what,
                          port->name);
}

static int rank_of(const struct miev_saved_port *port)
{
    return (miev_saved_dtype(port->element) == MIEV_DTYPE_OTHER ? 2 : 0) +
           (strcmp(port->name, "default") != 0);
}

static int by_rank_and_name(const void *a, const void *b)
{
    const struct miev_saved_port *x = a, *y = b;
    int difference = rank_of(x) - rank_of(y);
    return difference ? difference : strcmp(x->name, y->name);
}

static int read_side(struct miev_protobuf signature, uint32_t id, const char *what,
                     struct miev_saved_side *side, struct miev_error *err)
{
    struct miev_protobuf_field field;
    int rc = MIEV_OK;
    side->n = 0;
    while (rc == MIEV_OK && miev_protobuf_next(&signature, &field)) {
        if (!miev_protobuf_is_bytes(&field, id))
            continue;
        if (side->n == MIEV_SAVED_MAX_PORTS)
            return miev_error_set(err, MIEV_ERR_LIMIT,
                                  "the signature has more than %u %ss, which are all that are "
                                  "served",
                                  MIEV_SAVED_MAX_PORTS, what);
        rc = read_port(field.bytes, what, &side->list[side->n++], err);
    }
    if (rc == MIEV_OK && signature.broken)
        rc = damaged(err);
    if (rc == MIEV_OK)
        qsort(side->list, side->n, sizeof(side->list[0]), by_rank_and_name);
    return rc;
}

int miev_saved_model_read(const void *bytes, size_t length, struct miev_saved_model *out,
                          struct miev_error *err)
{
    struct miev_protobuf graph = {NULL, NULL, false}, signature = graph;
    out->others[0] = '\0';
    int rc = choose_graph(miev_protobuf_message(bytes, length), &graph, &out->serve, err);
    if (rc == MIEV_OK)
        rc = choose_signature(graph, out, &signature, err);
    if (rc == MIEV_OK)
        rc = read_side(signature, SIGNATURE_INPUT, "input", &out->inputs, err);
    if (rc == MIEV_OK)
        rc = read_side(signature, SIGNATURE_OUTPUT, "output", &out->outputs, err);
    return rc;
}
