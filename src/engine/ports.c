/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/ports.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define MAX_PORTS        256u
#define MAX_TENSOR_BYTES ((size_t)1 << 30)

int miev_ports_init(struct miev_ports *ports, size_t count, const char *what,
                    struct miev_error *err)
{
    if (count == 0 || count > MAX_PORTS)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the model has %zu %s: 1 to %u can be served",
                              count, what, MAX_PORTS);
    ports->list = calloc(count, sizeof(*ports->list));
    ports->handles = calloc(count, sizeof(*ports->handles));
    ports->count = ports->list && ports->handles ? count : 0;
    if (ports->count)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu tensors", count);
}

void miev_port_free_memory(struct miev_port *port)
{
    free(port->tensor.data);
    port->tensor.data = NULL;
    port->tensor.bytes = 0;
}

void miev_ports_finish(struct miev_ports *ports)
{
    for (size_t i = 0; i < ports->count; i++)
        miev_port_free_memory(&ports->list[i]);
    free(ports->list);
    free(ports->handles);
    *ports = (struct miev_ports){0, NULL, NULL};
}

void miev_port_set_shape(struct miev_port *port, const int64_t *dims, size_t rank)
{
    port->tensor.n_dims = rank;
    for (size_t i = 0; i < rank; i++)
        port->tensor.dims[i] = port->fixed[i] = dims[i] < 0 ? -1 : dims[i];
}

bool miev_port_close_batch(struct miev_port *port)
{
    struct miev_tensor *t = &port->tensor;
    bool open = t->n_dims > 1 && t->dims[0] < 0;
    if (open)
        t->dims[0] = 1;
    return open;
}

static bool all_known(const int64_t *dims, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (dims[i] < 0)
            return false;
    return true;
}

bool miev_port_is_open(const struct miev_port *port)
{
    return !all_known(port->fixed, port->tensor.n_dims);
}

bool miev_port_shape_known(const struct miev_port *port)
{
    return all_known(port->tensor.dims, port->tensor.n_dims);
}

bool miev_ports_shapes_known(const struct miev_ports *ports)
{
    for (size_t i = 0; i < ports->count; i++)
        if (!miev_port_shape_known(&ports->list[i]))
            return false;
    return true;
}

int miev_port_check_shape(const struct miev_port *port, const int64_t *dims, size_t n_dims,
                          struct miev_error *err)
{
    const struct miev_tensor *t = &port->tensor;
    if (n_dims != t->n_dims)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "input '%s' has %zu dimensions, and %zu were given", t->name,
                              t->n_dims, n_dims);
    for (size_t i = 0; i < n_dims; i++) {
        if (dims[i] <= 0 || dims[i] > INT32_MAX)
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "input '%s': dimension %zu must be from 1 to %d", t->name, i,
                                  INT32_MAX);
        int64_t fixed = port->fixed[i];
        if (fixed >= 0 && fixed != dims[i] && !(i == 0 && port->batch_free))
            return miev_error_set(err, MIEV_ERR_INVALID,
                                  "input '%s': dimension %zu is fixed at %lld by the model, and "
                                  "%lld was asked for",
                                  t->name, i, (long long)fixed, (long long)dims[i]);
    }
    return MIEV_OK;
}

static int tensor_bytes(const struct miev_tensor *t, size_t *out, struct miev_error *err)
{
    /* Types that are not read take at most 16 bytes each (complex128). */
    size_t bytes = t->dtype == MIEV_DTYPE_OTHER ? 16 : miev_dtype_size(t->dtype);
    for (size_t i = 0; i < t->n_dims; i++) {
        size_t dim = (size_t)t->dims[i];
        if (dim != 0 && bytes > MAX_TENSOR_BYTES / dim)
            return miev_error_set(err, MIEV_ERR_LIMIT,
                                  "tensor '%s' is larger than %zu MiB, the most that is served",
                                  t->name, MAX_TENSOR_BYTES >> 20);
        bytes *= dim;
    }
    *out = bytes;
    return MIEV_OK;
}

int miev_ports_reshape(struct miev_ports *ports, size_t i, const int64_t *dims, size_t n_dims,
                       int (*create)(void *state, size_t i, struct miev_error *err), void *state,
                       struct miev_error *err)
{
    int64_t before[MIEV_TENSOR_MAX_DIMS];
    if (i >= ports->count)
        return miev_error_set(err, MIEV_ERR_INVALID, "there is no input %zu: the model has %zu", i,
                              ports->count);
    struct miev_port *port = &ports->list[i];
    int rc = miev_port_check_shape(port, dims, n_dims, err);
    if (rc != MIEV_OK || memcmp(port->tensor.dims, dims, n_dims * sizeof(*dims)) == 0)
        return rc;
    memcpy(before, port->tensor.dims, sizeof(before));
    memcpy(port->tensor.dims, dims, n_dims * sizeof(*dims));
    rc = create(state, i, err);
    if (rc == MIEV_OK)
        return MIEV_OK;
    memcpy(port->tensor.dims, before, sizeof(before));
    int again = create(state, i, NULL); /* back to what worked */
    (void)again;
    return rc;
}

int miev_port_allocate(struct miev_port *port, size_t *room, struct miev_error *err)
{
    struct miev_tensor *t = &port->tensor;
    size_t bytes = 0;
    int rc = tensor_bytes(t, &bytes, err);
    if (rc != MIEV_OK)
        return rc;
    *room = (bytes / MIEV_PORT_ALIGNMENT + 2) * MIEV_PORT_ALIGNMENT;
    t->data = aligned_alloc(MIEV_PORT_ALIGNMENT, *room);
    if (!t->data)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for tensor '%s' of %zu bytes",
                              t->name, bytes);
    memset(t->data, 0, *room);
    t->bytes = bytes;
    return MIEV_OK;
}

int miev_ports_give(const struct miev_ports *ports, size_t i, const char *what,
                    struct miev_tensor *out, struct miev_error *err)
{
    if (i >= ports->count)
        return miev_error_set(err, MIEV_ERR_INVALID, "there is no %s %zu: the model has %zu", what,
                              i, ports->count);
    *out = ports->list[i].tensor;
    return MIEV_OK;
}
