/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tflite_file.h"

#include <string.h>

#include "core/error.h"
#include "core/text.h"

/* Tables may be shared, so that a small file can describe an endless walk. The largest published
 * model has some ten thousand tensors and operators. */
#define MAX_TABLES 1000000u

/* Field numbers of TensorFlow Lite's schema, version 3. */
enum {
    MODEL_OPERATOR_CODES = 1,
    MODEL_SUBGRAPHS = 2,
    MODEL_BUFFERS = 4,
    CODE_CUSTOM_NAME = 1,
    SUBGRAPH_TENSORS = 0,
    SUBGRAPH_OPERATORS = 3,
    TENSOR_IS_VARIABLE = 5,
    TENSOR_SHAPE_SIGNATURE = 7,
    OPERATOR_MUTATING_INPUTS = 7,
    OPERATOR_INTERMEDIATES = 8,
    BUFFER_DATA = 0,
};

struct reader {
    const uint8_t *bytes;
    size_t length;
    size_t n_tables;
    bool broken; /* an offset led outside; whatever was read since is 0 */
};

struct vector {
    size_t first, count; /* count 0: absent or empty */
};

static bool inside(struct reader *r, size_t at, size_t size)
{
    if (at <= r->length && size <= r->length - at)
        return true;
    r->broken = true;
    return false;
}

/* FlatBuffers are little-endian on every machine. */
static uint32_t read_u32(struct reader *r, size_t at)
{
    if (!inside(r, at, 4))
        return 0;
    const uint8_t *b = r->bytes + at;
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static size_t read_u16(struct reader *r, size_t at)
{
    if (!inside(r, at, 2))
        return 0;
    return (size_t)r->bytes[at] | (size_t)r->bytes[at + 1] << 8;
}

/* Where the offset stored at this place leads. */
static size_t follow(struct reader *r, size_t at)
{
    size_t target = at + read_u32(r, at);
    (void)inside(r, target, 4);
    return target;
}

/* Where field number index of a table lies; 0 when the table leaves it out. */
static size_t field(struct reader *r, size_t table, unsigned index)
{
    int64_t vtable = (int64_t)table - (int32_t)read_u32(r, table);
    if (vtable < 0) {
        r->broken = true;
        return 0;
    }
    size_t slot = 4 + 2 * (size_t)index;
    if (r->broken || slot + 2 > read_u16(r, (size_t)vtable))
        return 0;
    size_t offset = read_u16(r, (size_t)vtable + slot);
    return offset && inside(r, table + offset, 1) ? table + offset : 0;
}

static struct vector vector_field(struct reader *r, size_t table, unsigned index,
                                  size_t element_size)
{
    struct vector v = {0, 0};
    size_t at = field(r, table, index);
    if (!at)
        return v;
    size_t start = follow(r, at);
    size_t count = read_u32(r, start);
    if (!r->broken && inside(r, start + 4, count * element_size)) {
        v.first = start + 4;
        v.count = count;
    }
    return v;
}

/* Table i of a vector of tables. */
static size_t element(struct reader *r, struct vector v, size_t i)
{
    r->n_tables++;
    return follow(r, v.first + 4 * i);
}

static bool keep_going(const struct reader *r)
{
    return !r->broken && r->n_tables < MAX_TABLES;
}

static struct vector model_field(struct reader *r, unsigned index)
{
    return vector_field(r, follow(r, 0), index, 4);
}

/* A name for a message; what is longer than a person would read is cut. */
static void copy_name(struct reader *r, struct vector name, char *out, size_t capacity)
{
    char raw[256];
    size_t n = name.count < sizeof(raw) - 1 ? name.count : sizeof(raw) - 1;
    memcpy(raw, r->bytes + name.first, n);
    raw[n] = '\0';
    miev_text_show(out, capacity, raw);
}

static bool is_foreign(const char *name)
{
    return strcmp(name, "edgetpu-custom-op") == 0 || strcmp(name, "ethos-u") == 0 ||
           strncmp(name, "Flex", 4) == 0;
}

/* One that no TensorFlow Lite on a CPU can run wins over one that this runtime may know. */
static void find_custom_op(struct reader *r, struct miev_tflite_file *out)
{
    struct vector codes = model_field(r, MODEL_OPERATOR_CODES);
    for (size_t i = 0; i < codes.count && keep_going(r) && !is_foreign(out->custom_op); i++) {
        struct vector code = vector_field(r, element(r, codes, i), CODE_CUSTOM_NAME, 1);
        char name[sizeof(out->custom_op)];
        copy_name(r, code, name, sizeof(name));
        if (!out->custom_op[0] || is_foreign(name))
            memcpy(out->custom_op, name, sizeof(name));
    }
}

static void check_buffers(struct reader *r)
{
    struct vector buffers = model_field(r, MODEL_BUFFERS);
    for (size_t i = 0; i < buffers.count && keep_going(r); i++)
        (void)vector_field(r, element(r, buffers, i), BUFFER_DATA, 1);
}

struct patches {
    struct miev_tflite_patch *list;
    size_t capacity, count;
};

static void note(struct reader *r, struct patches *found, size_t at, size_t size)
{
    if (found->count < found->capacity) {
        struct miev_tflite_patch *p = &found->list[found->count];
        p->at = at;
        p->size = size;
        memcpy(p->old, r->bytes + at, size);
    }
    found->count++;
}

static void find_state_of_subgraph(struct reader *r, size_t subgraph, struct patches *found)
{
    struct vector tensors = vector_field(r, subgraph, SUBGRAPH_TENSORS, 4);
    for (size_t i = 0; i < tensors.count && keep_going(r); i++) {
        size_t at = field(r, element(r, tensors, i), TENSOR_IS_VARIABLE);
        if (at && r->bytes[at])
            note(r, found, at, 1);
    }
    static const struct {
        unsigned field;
        size_t element_size;
    } lists[] = {{OPERATOR_MUTATING_INPUTS, 1}, {OPERATOR_INTERMEDIATES, 4}};
    struct vector operators = vector_field(r, subgraph, SUBGRAPH_OPERATORS, 4);
    for (size_t i = 0; i < operators.count && keep_going(r); i++) {
        size_t op = element(r, operators, i);
        for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
            struct vector v = vector_field(r, op, lists[k].field, lists[k].element_size);
            if (v.count)
                note(r, found, v.first - 4, 4);
        }
    }
}

static size_t find_state(struct reader *r, struct patches *found)
{
    struct vector subgraphs = model_field(r, MODEL_SUBGRAPHS);
    for (size_t i = 0; i < subgraphs.count && keep_going(r); i++)
        find_state_of_subgraph(r, element(r, subgraphs, i), found);
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
    struct reader r = {.bytes = model, .length = length};
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
    if (r.n_tables >= MAX_TABLES)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "this TensorFlow Lite model has over %u tables: it is damaged, or "
                              "made to keep its reader busy",
                              MAX_TABLES);
    if (n_subgraphs == 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "this TensorFlow Lite file has no subgraph, so there is nothing to "
                              "run: export the model again");
    int rc = refuse_foreign_op(found.custom_op, err);
    if (rc != MIEV_OK)
        return rc;
    *out = found;
    return MIEV_OK;
}

size_t miev_tflite_open_shape(const void *model, size_t length, size_t tensor, int32_t *out,
                              size_t capacity)
{
    struct reader r = {.bytes = model, .length = length};
    struct vector subgraphs = model_field(&r, MODEL_SUBGRAPHS);
    if (!subgraphs.count)
        return 0;
    struct vector tensors = vector_field(&r, element(&r, subgraphs, 0), SUBGRAPH_TENSORS, 4);
    if (tensor >= tensors.count)
        return 0;
    struct vector dims = vector_field(&r, element(&r, tensors, tensor), TENSOR_SHAPE_SIGNATURE, 4);
    if (r.broken || dims.count > capacity)
        return 0;
    for (size_t i = 0; i < dims.count; i++)
        out[i] = (int32_t)read_u32(&r, dims.first + 4 * i);
    return dims.count;
}

size_t miev_tflite_hide_state(void *model, size_t length, struct miev_tflite_patch *patches,
                              size_t n)
{
    struct reader r = {.bytes = model, .length = length};
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
