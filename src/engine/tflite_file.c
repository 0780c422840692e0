/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tflite_file.h"

#include <string.h>

#include "core/error.h"
#include "engine/flatbuffer.h"
#include "engine/tflite_verify.h"

/* Field numbers of TensorFlow Lite's schema, version 3. */
enum {
    MODEL_OPERATOR_CODES = 1,
    MODEL_SUBGRAPHS = 2,
    MODEL_BUFFERS = 4,
    CODE_CUSTOM_NAME = 1,
    SUBGRAPH_TENSORS = 0,
    SUBGRAPH_OPERATORS = 3,
    TENSOR_SHAPE = 0,
    TENSOR_NAME = 3,
    TENSOR_IS_VARIABLE = 5,
    TENSOR_SHAPE_SIGNATURE = 7,
    OPERATOR_OUTPUTS = 2,
    OPERATOR_MUTATING_INPUTS = 7,
    OPERATOR_INTERMEDIATES = 8,
    BUFFER_DATA = 0,
};

static struct miev_flatbuffer_vector model_field(struct miev_flatbuffer *r, unsigned index,
                                                 size_t element_size)
{
    return miev_flatbuffer_vector(r, miev_flatbuffer_root(r), index, element_size);
}

static bool is_foreign(const char *name)
{
    return strcmp(name, "edgetpu-custom-op") == 0 || strcmp(name, "ethos-u") == 0 ||
           strncmp(name, "Flex", 4) == 0;
}

/* One that no TensorFlow Lite on a CPU can run wins over one that this runtime may know. */
static void find_custom_op(struct miev_flatbuffer *r, struct miev_tflite_file *out)
{
    struct miev_flatbuffer_vector codes = model_field(r, MODEL_OPERATOR_CODES, 4);
    for (size_t i = 0; i < codes.count && miev_flatbuffer_going(r) && !is_foreign(out->custom_op);
         i++) {
        struct miev_flatbuffer_vector code =
            miev_flatbuffer_vector(r, miev_flatbuffer_element(r, codes, i), CODE_CUSTOM_NAME, 1);
        char name[sizeof(out->custom_op)];
        miev_flatbuffer_show(r, code, name, sizeof(name));
        if (!out->custom_op[0] || is_foreign(name))
            memcpy(out->custom_op, name, sizeof(name));
    }
}

static void check_buffers(struct miev_flatbuffer *r)
{
    struct miev_flatbuffer_vector buffers = model_field(r, MODEL_BUFFERS, 4);
    for (size_t i = 0; i < buffers.count && miev_flatbuffer_going(r); i++)
        (void)miev_flatbuffer_vector(r, miev_flatbuffer_element(r, buffers, i), BUFFER_DATA, 1);
}

struct patches {
    struct miev_tflite_patch *list;
    size_t capacity, count;
};

static void note(struct miev_flatbuffer *r, struct patches *found, size_t at, size_t size)
{
    if (found->count < found->capacity) {
        struct miev_tflite_patch *p = &found->list[found->count];
        p->at = at;
        p->size = size;
        memcpy(p->old, r->bytes + at, size);
    }
    found->count++;
}

static void find_state_of_subgraph(struct miev_flatbuffer *r, size_t subgraph,
                                   struct patches *found)
{
    struct miev_flatbuffer_vector tensors =
        miev_flatbuffer_vector(r, subgraph, SUBGRAPH_TENSORS, 4);
    for (size_t i = 0; i < tensors.count && miev_flatbuffer_going(r); i++) {
        size_t at =
            miev_flatbuffer_field(r, miev_flatbuffer_element(r, tensors, i), TENSOR_IS_VARIABLE);
        if (at && r->bytes[at])
            note(r, found, at, 1);
    }
    static const struct {
        unsigned field;
        size_t element_size;
    } lists[] = {{OPERATOR_MUTATING_INPUTS, 1}, {OPERATOR_INTERMEDIATES, 4}};
    struct miev_flatbuffer_vector operators =
        miev_flatbuffer_vector(r, subgraph, SUBGRAPH_OPERATORS, 4);
    for (size_t i = 0; i < operators.count && miev_flatbuffer_going(r); i++) {
        size_t op = miev_flatbuffer_element(r, operators, i);
        for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
            struct miev_flatbuffer_vector v =
                miev_flatbuffer_vector(r, op, lists[k].field, lists[k].element_size);
            if (v.count)
                note(r, found, v.first - 4, 4);
        }
    }
}

static size_t find_state(struct miev_flatbuffer *r, struct patches *found)
{
    struct miev_flatbuffer_vector subgraphs = model_field(r, MODEL_SUBGRAPHS, 4);
    for (size_t i = 0; i < subgraphs.count && miev_flatbuffer_going(r); i++)
        find_state_of_subgraph(r, miev_flatbuffer_element(r, subgraphs, i), found);
    return subgraphs.count;
}

bool miev_tflite_is_model(const void *head, size_t length)
{
    return length >= 8 && memcmp((const char *)head + 4, "TFL3", 4) == 0;
}

static int refuse_foreign_op(const char *name, struct miev_error *err)
{
    if (strcmp(name, "edgetpu-custom-op") == 0)
        return miev_error_set(
            err, MIEV_ERR_UNSUPPORTED,
            "this model is compiled for a Coral Edge TPU (operator '%s'): use the "
            "file it was compiled from, the one without _edgetpu in its name",
            name);
    if (strcmp(name, "ethos-u") == 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "this model is compiled for an Arm Ethos-U by Vela (operator '%s'): "
                              "use the file it was compiled from, the one without _vela in its "
                              "name",
                              name);
    if (strncmp(name, "Flex", 4) == 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "this model needs an operator of full TensorFlow ('%s'): convert it "
                              "again with TFLITE_BUILTINS only, without SELECT_TF_OPS",
                              name);
    return MIEV_OK;
}

int miev_tflite_inspect(const void *model, size_t length, struct miev_tflite_file *out,
                        struct miev_error *err)
{
    if (!miev_tflite_is_model(model, length))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "this is not a TensorFlow Lite model: 'TFL3' is missing at byte 4");
    struct miev_flatbuffer r = {.bytes = model, .length = length};
    struct miev_tflite_file found = {.custom_op = ""};
    struct patches state = {NULL, 0, 0};
    find_custom_op(&r, &found);
    check_buffers(&r);
    size_t n_subgraphs = find_state(&r, &state);
    found.n_stateful = state.count;
    if (r.broken)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "this TensorFlow Lite model is damaged or cut short: a table points "
                              "outside its %zu bytes; fetch the file again",
                              length);
    if (r.n_tables >= MIEV_FLATBUFFER_MAX_TABLES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "this TensorFlow Lite model has over %u tables: it is damaged, or "
                              "made to keep its reader busy",
                              MIEV_FLATBUFFER_MAX_TABLES);
    if (n_subgraphs == 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "this TensorFlow Lite file has no subgraph, so there is nothing to "
                              "run: export the model again");
    int rc = refuse_foreign_op(found.custom_op, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_tflite_verify(model, length, err);
    if (rc == MIEV_OK)
        *out = found;
    return rc;
}

size_t miev_tflite_open_shape(const void *model, size_t length, size_t tensor, int32_t *out,
                              size_t capacity)
{
    struct miev_flatbuffer r = {.bytes = model, .length = length};
    struct miev_flatbuffer_vector subgraphs = model_field(&r, MODEL_SUBGRAPHS, 4);
    if (!subgraphs.count)
        return 0;
    struct miev_flatbuffer_vector tensors =
        miev_flatbuffer_vector(&r, miev_flatbuffer_element(&r, subgraphs, 0), SUBGRAPH_TENSORS, 4);
    if (tensor >= tensors.count)
        return 0;
    struct miev_flatbuffer_vector dims = miev_flatbuffer_vector(
        &r, miev_flatbuffer_element(&r, tensors, tensor), TENSOR_SHAPE_SIGNATURE, 4);
    if (r.broken || dims.count > capacity)
        return 0;
    for (size_t i = 0; i < dims.count; i++)
        out[i] = (int32_t)miev_flatbuffer_u32(&r, dims.first + 4 * i);
    return dims.count;
}

/* The table of element i of a vector of tables; 0 when there is none. */
static size_t element_or_0(struct miev_flatbuffer *r, struct miev_flatbuffer_vector v, size_t i)
{
    return i < v.count ? miev_flatbuffer_element(r, v, i) : 0;
}

void miev_tflite_show_output(const void *model, size_t length, size_t subgraph, size_t op,
                             struct miev_op *out)
{
    int64_t dims[16];
    struct miev_flatbuffer r = {.bytes = model, .length = length};
    size_t graph = element_or_0(&r, model_field(&r, MODEL_SUBGRAPHS, 4), subgraph);
    if (!graph)
        return;
    size_t table = element_or_0(&r, miev_flatbuffer_vector(&r, graph, SUBGRAPH_OPERATORS, 4), op);
    struct miev_flatbuffer_vector outputs = {0, 0};
    if (table)
        outputs = miev_flatbuffer_vector(&r, table, OPERATOR_OUTPUTS, 4);
    if (!outputs.count)
        return;
    size_t tensor = element_or_0(&r, miev_flatbuffer_vector(&r, graph, SUBGRAPH_TENSORS, 4),
                                 miev_flatbuffer_u32(&r, outputs.first));
    if (!tensor || r.broken)
        return;
    miev_flatbuffer_show(&r, miev_flatbuffer_vector(&r, tensor, TENSOR_NAME, 1), out->name,
                         sizeof(out->name));
    struct miev_flatbuffer_vector list = miev_flatbuffer_vector(&r, tensor, TENSOR_SHAPE, 4);
    size_t n = list.count < 16 ? list.count : 16;
    for (size_t i = 0; i < n; i++)
        dims[i] = (int32_t)miev_flatbuffer_u32(&r, list.first + 4 * i);
    miev_op_show_shape(out->shape, sizeof(out->shape), dims, n);
}

size_t miev_tflite_hide_state(void *model, size_t length, struct miev_tflite_patch *patches,
                              size_t n)
{
    struct miev_flatbuffer r = {.bytes = model, .length = length};
    struct patches found = {patches, n, 0};
    (void)find_state(&r, &found);
    for (size_t i = 0; i < found.count && i < n; i++)
        memset((uint8_t *)model + patches[i].at, 0, patches[i].size);
    return found.count;
}

void miev_tflite_restore_state(void *model, const struct miev_tflite_patch *patches, size_t n)
{
    for (size_t i = 0; i < n; i++)
        memcpy((uint8_t *)model + patches[i].at, patches[i].old, patches[i].size);
}
