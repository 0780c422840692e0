/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/flatbuffer.h"

#include <string.h>

#include "core/text.h"

bool miev_flatbuffer_inside(struct miev_flatbuffer *r, size_t at, size_t size)
{
    if (at <= r->length && size <= r->length - at)
        return true;
    r->broken = true;
    return false;
}

/* FlatBuffers are little-endian on every machine. */
static uint64_t read_number(struct miev_flatbuffer *r, size_t at, size_t size)
{
    uint64_t value = 0;
    if (!miev_flatbuffer_inside(r, at, size))
        return 0;
    for (size_t i = size; i > 0; i--)
        value = value << 8 | r->bytes[at + i - 1];
    return value;
}

uint32_t miev_flatbuffer_u32(struct miev_flatbuffer *r, size_t at)
{
    return (uint32_t)read_number(r, at, 4);
}

uint64_t miev_flatbuffer_u64(struct miev_flatbuffer *r, size_t at)
{
    return read_number(r, at, 8);
}

float miev_flatbuffer_float(struct miev_flatbuffer *r, size_t at)
{
    uint32_t bits = miev_flatbuffer_u32(r, at);
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* Where the offset stored at this place leads. */
static size_t follow(struct miev_flatbuffer *r, size_t at)
{
    size_t target = at + miev_flatbuffer_u32(r, at);
    (void)miev_flatbuffer_inside(r, target, 4);
    return target;
}

size_t miev_flatbuffer_root(struct miev_flatbuffer *r)
{
    return follow(r, 0);
}

size_t miev_flatbuffer_field(struct miev_flatbuffer *r, size_t table, unsigned index)
{
    int64_t vtable = (int64_t)table - (int32_t)miev_flatbuffer_u32(r, table);
    if (vtable < 0) {
        r->broken = true;
        return 0;
    }
    size_t slot = 4 + 2 * (size_t)index;
    if (r->broken || slot + 2 > read_number(r, (size_t)vtable, 2))
        return 0;
    size_t offset = (size_t)read_number(r, (size_t)vtable + slot, 2);
    return offset && miev_flatbuffer_inside(r, table + offset, 1) ? table + offset : 0;
}

uint64_t miev_flatbuffer_scalar(struct miev_flatbuffer *r, size_t table, unsigned index,
                                size_t size, uint64_t absent)
{
    size_t at = miev_flatbuffer_field(r, table, index);
    return at ? read_number(r, at, size) : absent;
}

size_t miev_flatbuffer_table(struct miev_flatbuffer *r, size_t table, unsigned index)
{
    size_t at = miev_flatbuffer_field(r, table, index);
    return at ? follow(r, at) : 0;
}

struct miev_flatbuffer_vector miev_flatbuffer_vector(struct miev_flatbuffer *r, size_t table,
                                                     unsigned index, size_t element_size)
{
    struct miev_flatbuffer_vector v = {0, 0};
    size_t at = miev_flatbuffer_field(r, table, index);
    if (!at)
        return v;
    size_t start = follow(r, at);
    size_t count = miev_flatbuffer_u32(r, start);
    if (!r->broken && miev_flatbuffer_inside(r, start + 4, count * element_size)) {
        v.first = start + 4;
        v.count = count;
    }
    return v;
}

size_t miev_flatbuffer_element(struct miev_flatbuffer *r, struct miev_flatbuffer_vector v, size_t i)
{
    r->n_tables++;
    return follow(r, v.first + 4 * i);
}

bool miev_flatbuffer_going(const struct miev_flatbuffer *r)
{
    return !r->broken && r->n_tables < MIEV_FLATBUFFER_MAX_TABLES;
}

void miev_flatbuffer_show(struct miev_flatbuffer *r, struct miev_flatbuffer_vector text, char *out,
                          size_t capacity)
{
    char raw[256];
    size_t n = text.count < sizeof(raw) - 1 ? text.count : sizeof(raw) - 1;
    memcpy(raw, r->bytes + text.first, n);
    raw[n] = '\0';
    miev_text_show(out, capacity, raw);
}
