/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/protocol.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "remote/client.h"

#define INPUT_MAX_NUMBERS ((size_t)64 << 20) /* a picture of 4096 x 4096 has 48 millions */

const struct miev_remote_protocol *miev_remote_protocol_of(enum miev_remote_kind kind)
{
    return kind == MIEV_REMOTE_OIP ? &miev_remote_oip : &miev_remote_tfserving;
}

void miev_served_finish(struct miev_served *served)
{
    miev_ports_finish(&served->inputs);
    miev_ports_finish(&served->outputs);
}

int miev_served_init(struct miev_ports *ports, size_t n, const char *what, struct miev_error *err)
{
    miev_ports_finish(ports); /* a server may be asked again */
    return miev_ports_init(ports, n, what, err);
}

int miev_served_describe(struct miev_port *port, const char *name, enum miev_wire wire, bool binary,
                         const int64_t *dims, size_t rank, struct miev_error *err)
{
    if (rank > MIEV_TENSOR_MAX_DIMS || strlen(name) >= sizeof(port->tensor.name))
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the server tells a tensor with %zu dimensions and a name of %zu "
                              "letters: at most %d and %zu are taken",
                              rank, strlen(name), MIEV_TENSOR_MAX_DIMS,
                              sizeof(port->tensor.name) - 1);
    (void)snprintf(port->tensor.name, sizeof(port->tensor.name), "%s", name);
    port->element = (int32_t)wire;
    port->tensor.dtype = miev_wire_dtype(wire, binary);
    miev_port_set_shape(port, dims, rank);
    return MIEV_OK;
}

void miev_remote_write_text(FILE *file, const char *text)
{
    json_t *value = json_string(text);
    (void)json_dumpf(value, file, JSON_ENCODE_ANY);
    json_decref(value);
}

/* Memory for a tensor, whose size is the server's word: no more than could be sent. */
static int allocate(struct miev_port *port, size_t most, struct miev_error *err)
{
    size_t count = 1, room = 0;
    for (size_t d = 0; d < port->tensor.n_dims; d++)
        if (__builtin_mul_overflow(count, (size_t)port->tensor.dims[d], &count) || count > most)
            return miev_error_set(err, MIEV_ERR_LIMIT,
                                  "the server tells that '%s' has more than %zu million numbers, "
                                  "which is more than is taken",
                                  port->tensor.name, most >> 20);
    return miev_port_allocate(port, &room, err);
}

static int allocate_known(struct miev_ports *ports, size_t most, struct miev_error *err)
{
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < ports->count; i++)
        if (miev_port_shape_known(&ports->list[i]))
            rc = allocate(&ports->list[i], most, err);
    return rc;
}

int miev_served_settle(struct miev_served *served, struct miev_error *err)
{
    bool open = false;
    for (size_t i = 0; i < served->inputs.count; i++) {
        struct miev_port *input = &served->inputs.list[i];
        if (input->tensor.dtype == MIEV_DTYPE_OTHER)
            return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                                  "input '%s' of the served model is of a type that is not sent "
                                  "(texts, encoded pictures and the like)",
                                  input->tensor.name);
        open = miev_port_close_batch(input) || open;
    }
    for (size_t i = 0; open && i < served->outputs.count; i++)
        (void)miev_port_close_batch(&served->outputs.list[i]);
    int rc = allocate_known(&served->inputs, INPUT_MAX_NUMBERS, err);
    return rc == MIEV_OK ? allocate_known(&served->outputs, MIEV_REMOTE_MAX_REPLY, err) : rc;
}

static void show_dims(const int64_t *dims, size_t rank, char *out, size_t capacity)
{
    size_t used = 0;
    (void)snprintf(out, capacity, "a single number");
    for (size_t d = 0; d < rank && used < capacity; d++) {
        int n = dims[d] < 0 ? snprintf(out + used, capacity - used, "%s?", d ? " x " : "")
                            : snprintf(out + used, capacity - used, "%s%lld", d ? " x " : "",
                                       (long long)dims[d]);
        used += n > 0 ? (size_t)n : 0;
    }
}

/* One batch, and whatever the metadata fixes. */
static bool shape_fits(const struct miev_port *port, const int64_t *dims, size_t rank)
{
    bool fits = rank == port->tensor.n_dims;
    for (size_t d = 0; fits && d < rank; d++)
        fits = dims[d] >= 0 && (port->fixed[d] < 0 || port->fixed[d] == dims[d]);
    return fits;
}

int miev_served_shape_output(struct miev_served *served, size_t i, const int64_t *dims, size_t rank,
                             size_t *count, struct miev_error *err)
{
    struct miev_port *port = &served->outputs.list[i];
    struct miev_tensor *tensor = &port->tensor;
    char told[128], got[128];
    if (!shape_fits(port, dims, rank)) {
        show_dims(port->fixed, tensor->n_dims, told, sizeof(told));
        show_dims(dims, rank, got, sizeof(got));
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the server told %s for output '%s', and answers with %s", told,
                              tensor->name, got);
    }
    if (!tensor->data || memcmp(tensor->dims, dims, rank * sizeof(*dims)) != 0) {
        miev_port_free_memory(port);
        memcpy(tensor->dims, dims, rank * sizeof(*dims));
        int rc = allocate(port, MIEV_REMOTE_MAX_REPLY, err);
        if (rc != MIEV_OK)
            return rc;
    }
    *count = 1;
    for (size_t d = 0; d < rank; d++)
        *count *= (size_t)dims[d];
    return MIEV_OK;
}
