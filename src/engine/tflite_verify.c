/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tflite_verify.h"

#include "core/error.h"
#include "engine/flatbuffer.h"

/* Field numbers of TensorFlow Lite's schema, version 3. */
enum {
    MODEL_OPERATOR_CODES = 1,
    MODEL_SUBGRAPHS = 2,
    MODEL_BUFFERS = 4,
    MODEL_METADATA = 6,
    MODEL_SIGNATURES = 7,
    SUBGRAPH_TENSORS = 0,
    SUBGRAPH_INPUTS = 1,
    SUBGRAPH_OUTPUTS = 2,
    SUBGRAPH_OPERATORS = 3,
    TENSOR_BUFFER = 2,
    OPERATOR_CODE = 0,
    OPERATOR_INPUTS = 1,
    OPERATOR_OUTPUTS = 2,
    OPERATOR_INTERMEDIATES = 8,
    BUFFER_OFFSET = 1,
    BUFFER_SIZE = 2,
    METADATA_NAME = 0,
    METADATA_BUFFER = 1,
    SIGNATURE_INPUTS = 0,
    SIGNATURE_OUTPUTS = 1,
    SIGNATURE_SUBGRAPH = 4,
    TENSOR_MAP_TENSOR = 1,
};

struct verifier {
    struct miev_flatbuffer r;
    size_t model, n_codes, n_buffers;
    struct miev_flatbuffer_vector subgraphs;
    struct miev_error *err;
};

/* Number `value` chooses one of `count` things. */
static int check(struct verifier *v, int64_t value, int64_t lowest, size_t count, const char *what,
                 const char *where)
{
    if (value >= lowest && value < (int64_t)count)
        return MIEV_OK;
    return miev_error_set(v->err, MIEV_ERR_BROKEN,
                          "this TensorFlow Lite model is damaged: %s names %s %lld, and there are "
                          "%zu; fetch the file again",
                          where, what, (long long)value, count);
}

static int check_list(struct verifier *v, size_t table, unsigned field, int64_t lowest,
                      size_t n_tensors, const char *where)
{
    struct miev_flatbuffer_vector list = miev_flatbuffer_vector(&v->r, table, field, 4);
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < list.count; i++)
        rc = check(v, (int32_t)miev_flatbuffer_u32(&v->r, list.first + 4 * i), lowest, n_tensors,
                   "tensor", where);
    return rc;
}

/* -1 stands for an input that is left out. */
static int check_operator(struct verifier *v, size_t op, size_t n_tensors)
{
    uint64_t code = miev_flatbuffer_scalar(&v->r, op, OPERATOR_CODE, 4, 0);
    int rc = check(v, (int64_t)code, 0, v->n_codes, "operator code", "an operator");
    if (rc == MIEV_OK)
        rc = check_list(v, op, OPERATOR_INPUTS, -1, n_tensors, "an operator's input");
    if (rc == MIEV_OK)
        rc = check_list(v, op, OPERATOR_OUTPUTS, 0, n_tensors, "an operator's output");
    if (rc == MIEV_OK)
        rc = check_list(v, op, OPERATOR_INTERMEDIATES, -1, n_tensors, "an operator's state");
    return rc;
}

static int check_subgraph(struct verifier *v, size_t subgraph)
{
    struct miev_flatbuffer *r = &v->r;
    struct miev_flatbuffer_vector tensors =
        miev_flatbuffer_vector(r, subgraph, SUBGRAPH_TENSORS, 4);
    struct miev_flatbuffer_vector operators =
        miev_flatbuffer_vector(r, subgraph, SUBGRAPH_OPERATORS, 4);
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < tensors.count && miev_flatbuffer_going(r); i++) {
        size_t tensor = miev_flatbuffer_element(r, tensors, i);
        uint64_t buffer = miev_flatbuffer_scalar(r, tensor, TENSOR_BUFFER, 4, 0);
        if (buffer != 0) /* none; then there need be no buffers at all */
            rc = check(v, (int64_t)buffer, 0, v->n_buffers, "buffer", "a tensor");
    }
    for (size_t i = 0; rc == MIEV_OK && i < operators.count && miev_flatbuffer_going(r); i++)
        rc = check_operator(v, miev_flatbuffer_element(r, operators, i), tensors.count);
    if (rc == MIEV_OK)
        rc = check_list(v, subgraph, SUBGRAPH_INPUTS, 0, tensors.count, "the list of inputs");
    if (rc == MIEV_OK)
        rc = check_list(v, subgraph, SUBGRAPH_OUTPUTS, 0, tensors.count, "the list of outputs");
    return rc;
}

/* Large models keep their weights behind the FlatBuffer, at places that no verifier of it knows. */
static int check_buffers(struct verifier *v)
{
    struct miev_flatbuffer *r = &v->r;
    struct miev_flatbuffer_vector buffers = miev_flatbuffer_vector(r, v->model, MODEL_BUFFERS, 4);
    v->n_buffers = buffers.count;
    for (size_t i = 0; i < buffers.count && miev_flatbuffer_going(r); i++) {
        size_t buffer = miev_flatbuffer_element(r, buffers, i);
        uint64_t offset = miev_flatbuffer_scalar(r, buffer, BUFFER_OFFSET, 8, 0);
        uint64_t size = miev_flatbuffer_scalar(r, buffer, BUFFER_SIZE, 8, 0);
        if (offset != 0 && (offset > r->length || size > r->length - offset))
            return miev_error_set(v->err, MIEV_ERR_BROKEN,
                                  "this TensorFlow Lite model is damaged or cut short: buffer %zu "
                                  "lies outside its %zu bytes; fetch the file again",
                                  i, r->length);
    }
    return MIEV_OK;
}

static int check_tensor_maps(struct verifier *v, size_t signature, unsigned field, size_t n_tensors)
{
    struct miev_flatbuffer *r = &v->r;
    struct miev_flatbuffer_vector maps = miev_flatbuffer_vector(r, signature, field, 4);
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < maps.count && miev_flatbuffer_going(r); i++) {
        size_t map = miev_flatbuffer_element(r, maps, i);
        uint64_t tensor = miev_flatbuffer_scalar(r, map, TENSOR_MAP_TENSOR, 4, 0);
        rc = check(v, (int64_t)tensor, 0, n_tensors, "tensor", "a signature");
    }
    return rc;
}

static int check_signatures(struct verifier *v)
{
    struct miev_flatbuffer *r = &v->r;
    struct miev_flatbuffer_vector list = miev_flatbuffer_vector(r, v->model, MODEL_SIGNATURES, 4);
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < list.count && miev_flatbuffer_going(r); i++) {
        size_t signature = miev_flatbuffer_element(r, list, i);
        uint64_t index = miev_flatbuffer_scalar(r, signature, SIGNATURE_SUBGRAPH, 4, 0);
        rc = check(v, (int64_t)index, 0, v->subgraphs.count, "subgraph", "a signature");
        if (rc != MIEV_OK)
            return rc;
        size_t subgraph = miev_flatbuffer_element(r, v->subgraphs, (size_t)index);
        size_t n = miev_flatbuffer_vector(r, subgraph, SUBGRAPH_TENSORS, 4).count;
        rc = check_tensor_maps(v, signature, SIGNATURE_INPUTS, n);
        if (rc == MIEV_OK)
            rc = check_tensor_maps(v, signature, SIGNATURE_OUTPUTS, n);
    }
    return rc;
}

static int check_metadata(struct verifier *v)
{
    struct miev_flatbuffer *r = &v->r;
    struct miev_flatbuffer_vector list = miev_flatbuffer_vector(r, v->model, MODEL_METADATA, 4);
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < list.count && miev_flatbuffer_going(r); i++) {
        size_t entry = miev_flatbuffer_element(r, list, i);
        if (!miev_flatbuffer_field(r, entry, METADATA_NAME))
            return miev_error_set(v->err, MIEV_ERR_BROKEN,
                                  "this TensorFlow Lite model is damaged: its metadata %zu has no "
                                  "name; fetch the file again",
                                  i);
        uint64_t buffer = miev_flatbuffer_scalar(r, entry, METADATA_BUFFER, 4, 0);
        rc = check(v, (int64_t)buffer, 0, v->n_buffers, "buffer", "its metadata");
    }
    return rc;
}

int miev_tflite_verify(const void *model, size_t length, struct miev_error *err)
{
    if (length >= MIEV_TFLITE_MAX_BYTES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "this TensorFlow Lite model has %zu bytes, and from %zu on its "
                              "runtime does not verify a model: use a smaller one",
                              length, MIEV_TFLITE_MAX_BYTES);
    struct verifier v = {.r = {.bytes = model, .length = length}, .err = err};
    v.model = miev_flatbuffer_root(&v.r);
    v.n_codes = miev_flatbuffer_vector(&v.r, v.model, MODEL_OPERATOR_CODES, 4).count;
    v.subgraphs = miev_flatbuffer_vector(&v.r, v.model, MODEL_SUBGRAPHS, 4);
    int rc = check_buffers(&v);
    for (size_t i = 0; rc == MIEV_OK && i < v.subgraphs.count && miev_flatbuffer_going(&v.r); i++)
        rc = check_subgraph(&v, miev_flatbuffer_element(&v.r, v.subgraphs, i));
    if (rc == MIEV_OK)
        rc = check_signatures(&v);
    if (rc == MIEV_OK)
        rc = check_metadata(&v);
    if (rc == MIEV_OK && !miev_flatbuffer_going(&v.r))
        rc = miev_error_set(err, MIEV_ERR_BROKEN,
                            "this TensorFlow Lite model is damaged or cut short: a table points "
                            "outside its %zu bytes; fetch the file again",
                            length);
    return rc;
}
