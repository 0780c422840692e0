/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an untrusted FlatBuffer by field numbers, every offset checked. Pure. */
#ifndef MIEV_ENGINE_FLATBUFFER_H
#define MIEV_ENGINE_FLATBUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tables may be shared, so that a small file can describe an endless walk. The largest published
 * model has some ten thousand tensors and operators. */
#define MIEV_FLATBUFFER_MAX_TABLES 1000000u

struct miev_flatbuffer {
    const uint8_t *bytes;
    size_t length;
    size_t n_tables; /* visited by miev_flatbuffer_element */
    bool broken;     /* an offset led outside; whatever was read since is 0 */
};

struct miev_flatbuffer_vector {
    size_t first, count; /* where element 0 lies; count 0: absent or empty */
};

/* All places are counted from the first byte. A place outside makes the reader broken. */
bool miev_flatbuffer_inside(struct miev_flatbuffer *r, size_t at, size_t size);
uint32_t miev_flatbuffer_u32(struct miev_flatbuffer *r, size_t at);
uint64_t miev_flatbuffer_u64(struct miev_flatbuffer *r, size_t at);
float miev_flatbuffer_float(struct miev_flatbuffer *r, size_t at);

/* The root table. */
size_t miev_flatbuffer_root(struct miev_flatbuffer *r);
/* Where field number index of a table lies; 0 when the table leaves it out. */
size_t miev_flatbuffer_field(struct miev_flatbuffer *r, size_t table, unsigned index);
/* A scalar field of that many bytes; what the table leaves out is `absent`. */
uint64_t miev_flatbuffer_scalar(struct miev_flatbuffer *r, size_t table, unsigned index,
                                size_t size, uint64_t absent);
/* The table that a field points at; 0 when the table leaves it out. */
size_t miev_flatbuffer_table(struct miev_flatbuffer *r, size_t table, unsigned index);
struct miev_flatbuffer_vector miev_flatbuffer_vector(struct miev_flatbuffer *r, size_t table,
                                                     unsigned index, size_t element_size);
/* Table i of a vector of tables. */
size_t miev_flatbuffer_element(struct miev_flatbuffer *r, struct miev_flatbuffer_vector v,
                               size_t i);
/* False once the reader is broken or has visited too many tables: a loop over tables stops. */
bool miev_flatbuffer_going(const struct miev_flatbuffer *r);
/* Copy a text for showing; what does not fit is cut. "" when absent. */
void miev_flatbuffer_show(struct miev_flatbuffer *r, struct miev_flatbuffer_vector text, char *out,
                          size_t capacity);

#endif
