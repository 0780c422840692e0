/* SPDX-License-Identifier: Apache-2.0 */
/* What saved_model.pb tells of how a model is called: every name ends, every number is in its
 * bounds, and what is refused is refused in a sentence. */
#include <stdlib.h>
#include <string.h>

#include "engine/saved_model.h"
#include "fuzz.h"

static void check_side(const struct miev_saved_side *side)
{
    if (side->n > MIEV_SAVED_MAX_PORTS)
        abort();
    for (size_t i = 0; i < side->n; i++) {
        const struct miev_saved_port *port = &side->list[i];
        if (port->index < 0 || port->element < 0 || port->rank > MIEV_TENSOR_MAX_DIMS ||
            port->operation[0] == '\0' || !memchr(port->name, '\0', sizeof(port->name)))
            abort();
        for (size_t d = 0; d < port->rank; d++)
            if (port->dims[d] < -1)
                abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_error err;
    struct miev_saved_model *saved = calloc(1, sizeof(*saved));
    if (!saved)
        return 0;
    if (miev_saved_model_read(data, size, saved, &err) == MIEV_OK) {
        check_side(&saved->inputs);
        check_side(&saved->outputs);
    } else if (strlen(err.message) < 20) {
        abort();
    }
    free(saved);
    return 0;
}
