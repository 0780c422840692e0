/* SPDX-License-Identifier: Apache-2.0 */
/* What a protocol asks and how its answers are read. Pure: bytes in, tensors out, so that the
 * fuzzer can play the server. */
#ifndef MIEV_REMOTE_PROTOCOL_H
#define MIEV_REMOTE_PROTOCOL_H

#include "engine/ports.h"
#include "remote/address.h"
#include "remote/values.h"

/* A model as its server tells it. */
struct miev_served {
    const struct miev_remote_address *address;
    char server[64], version[64];      /* the server's own name and version; "": it does not tell */
    char signature[128];               /* TF Serving: which of the model's functions */
    bool binary;                       /* tensors go over as bytes behind the JSON */
    bool rows;                         /* TF Serving: one instance a row, else columns */
    struct miev_ports inputs, outputs; /* port.element is an enum miev_wire */
};
void miev_served_finish(struct miev_served *served);

#define MIEV_REMOTE_QUESTIONS 2
#define MIEV_REMOTE_PATH      320

struct miev_remote_protocol {
    const char *plain, *binary; /* what the report calls it: "oip-json", "oip-binary" */

    /* The addresses to GET, in order, before the first inference; the last tells the tensors. */
    void (*paths)(const struct miev_remote_address *address,
                  char out[MIEV_REMOTE_QUESTIONS][MIEV_REMOTE_PATH]);
    /* Take the answer to question i. */
    int (*learn)(struct miev_served *served, size_t i, const char *text, size_t length,
                 struct miev_error *err);
    /* Where to POST an inference. */
    void (*infer_path)(const struct miev_remote_address *address, char out[MIEV_REMOTE_PATH]);
    /* The body of a request with the inputs' present content. *header_length as in
     * miev_remote_request. */
    void (*write)(const struct miev_served *served, FILE *file, long *header_length);
    /* The outputs of an answer, into the ports' memory. */
    int (*read)(struct miev_served *served, const char *body, size_t length, long header_length,
                struct miev_error *err);
};

extern const struct miev_remote_protocol miev_remote_oip, miev_remote_tfserving;
const struct miev_remote_protocol *miev_remote_protocol_of(enum miev_remote_kind kind);

/* For the protocols: a text in quotes, as JSON has it. */
void miev_remote_write_text(FILE *file, const char *text);
/* Make ports of n tensors; their names, types and shapes come by
 * miev_served_describe. */
MIEV_MUST_USE int miev_served_init(struct miev_ports *ports, size_t n, const char *what,
                                   struct miev_error *err);
/* dims: -1 for an open one. */
MIEV_MUST_USE int miev_served_describe(struct miev_port *port, const char *name,
                                       enum miev_wire wire, bool binary, const int64_t *dims,
                                       size_t rank, struct miev_error *err);
/* Close open batches, and give memory to every tensor whose shape is known. */
MIEV_MUST_USE int miev_served_settle(struct miev_served *served, struct miev_error *err);
/* The shape that output i has in an answer: refused where the metadata says otherwise. Its memory
 * is made to fit; *count: how many numbers it holds. */
MIEV_MUST_USE int miev_served_shape_output(struct miev_served *served, size_t i,
                                           const int64_t *dims, size_t rank, size_t *count,
                                           struct miev_error *err);

#endif
