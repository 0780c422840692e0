/* SPDX-License-Identifier: Apache-2.0 */
/* The inputs and outputs of a loaded model, as every engine keeps them. */
#ifndef MIEV_ENGINE_PORTS_H
#define MIEV_ENGINE_PORTS_H

#include "engine/engine.h"

/* Vector kernels may read some bytes past a tensor's end, and want it aligned. */
#define MIEV_PORT_ALIGNMENT 64u

struct miev_port {
    struct miev_tensor tensor;
    int64_t fixed[MIEV_TENSOR_MAX_DIMS]; /* by the file; -1 where it leaves a dimension open */
    int32_t element;                     /* the runtime's own number of the element type */
    bool batch_free; /* the runtime lays the graph out anew for another batch than the file's 1 */
};

struct miev_ports {
    size_t count;
    struct miev_port *list;
    void **handles; /* the runtime's view of each tensor, NULL while there is none */
};

/* MIEV_ERR_LIMIT when there are none or too many of `what` ("inputs"). */
MIEV_MUST_USE int miev_ports_init(struct miev_ports *ports, size_t count, const char *what,
                                  struct miev_error *err);
/* Free the memory of a tensor; a handle on it is the engine's to destroy before. */
void miev_port_free_memory(struct miev_port *port);
void miev_ports_finish(struct miev_ports *ports);

/* The shape that the file tells; rank is at most MIEV_TENSOR_MAX_DIMS. */
void miev_port_set_shape(struct miev_port *port, const int64_t *dims, size_t rank);
/* An open batch is one picture. True when there was one. */
bool miev_port_close_batch(struct miev_port *port);
/* The file leaves a dimension open, whatever was put there since. */
bool miev_port_is_open(const struct miev_port *port);
bool miev_port_shape_known(const struct miev_port *port);
bool miev_ports_shapes_known(const struct miev_ports *ports);
/* These dimensions differ from the file's only where it leaves them open, or in a free batch. */
MIEV_MUST_USE int miev_port_check_shape(const struct miev_port *port, const int64_t *dims,
                                        size_t n_dims, struct miev_error *err);

/* Give input i another shape, by create, which makes the runtime's view of it anew; when that
 * fails, it is made once more for the shape that worked. As miev_engine_ops.shape_input. */
MIEV_MUST_USE int miev_ports_reshape(struct miev_ports *ports, size_t i, const int64_t *dims,
                                     size_t n_dims,
                                     int (*create)(void *state, size_t i, struct miev_error *err),
                                     void *state, struct miev_error *err);

/* Zeroed memory for a tensor whose shape is known, and *room bytes of it: more than tensor.bytes.
 */
MIEV_MUST_USE int miev_port_allocate(struct miev_port *port, size_t *room, struct miev_error *err);

/* As miev_engine_ops.input and output. */
MIEV_MUST_USE int miev_ports_give(const struct miev_ports *ports, size_t i, const char *what,
                                  struct miev_tensor *out, struct miev_error *err);

#endif
