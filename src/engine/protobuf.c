/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/protobuf.h"

#include <string.h>

#include "core/text.h"

struct miev_protobuf miev_protobuf_message(const void *bytes, size_t length)
{
    const uint8_t *at = bytes;
    return (struct miev_protobuf){at, length ? at + length : at, false};
}

size_t miev_protobuf_length(const struct miev_protobuf *bytes)
{
    return (size_t)(bytes->end - bytes->at);
}

uint64_t miev_protobuf_varint(struct miev_protobuf *packed)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && packed->at < packed->end; shift += 7) {
        uint8_t byte = *packed->at++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return value;
    }
    packed->broken = true;
    return 0;
}

uint64_t miev_protobuf_fixed(struct miev_protobuf *packed, size_t size)
{
    uint64_t value = 0;
    if (size > miev_protobuf_length(packed)) {
        packed->broken = true;
        return 0;
    }
    for (size_t i = size; i > 0; i--)
        value = value << 8 | packed->at[i - 1];
    packed->at += size;
    return value;
}

static struct miev_protobuf read_bytes(struct miev_protobuf *m)
{
    uint64_t length = miev_protobuf_varint(m);
    if (length > miev_protobuf_length(m)) {
        m->broken = true;
        length = miev_protobuf_length(m);
    }
    struct miev_protobuf inside = {m->at, m->at + length, m->broken};
    m->at += length;
    return inside;
}

bool miev_protobuf_next(struct miev_protobuf *message, struct miev_protobuf_field *field)
{
    if (message->broken || message->at == message->end)
        return false;
    uint64_t key = miev_protobuf_varint(message);
    *field = (struct miev_protobuf_field){.id = (uint32_t)(key >> 3)};
    if (message->broken || field->id == 0 || key >> 32 != 0) {
        message->broken = true;
        return false;
    }
    switch (key & 7) {
    case MIEV_PROTOBUF_NUMBER:
        field->kind = MIEV_PROTOBUF_NUMBER;
        field->number = miev_protobuf_varint(message);
        return !message->broken;
    case MIEV_PROTOBUF_FIXED64:
        field->kind = MIEV_PROTOBUF_FIXED64;
        field->number = miev_protobuf_fixed(message, 8);
        return !message->broken;
    case MIEV_PROTOBUF_BYTES:
        field->kind = MIEV_PROTOBUF_BYTES;
        field->bytes = read_bytes(message);
        return true;
    case MIEV_PROTOBUF_FIXED32:
        field->kind = MIEV_PROTOBUF_FIXED32;
        field->number = miev_protobuf_fixed(message, 4);
        return !message->broken;
    default:
        message->broken = true;
        return false;
    }
}

bool miev_protobuf_is(const struct miev_protobuf *bytes, const char *text)
{
    size_t length = miev_protobuf_length(bytes);
    return length == strlen(text) && (length == 0 || memcmp(bytes->at, text, length) == 0);
}

void miev_protobuf_show(const struct miev_protobuf *bytes, char *out, size_t capacity)
{
    char text[512];
    size_t length = miev_protobuf_length(bytes);
    size_t kept = length < sizeof(text) - 1 ? length : sizeof(text) - 1;
    if (kept > 0)
        memcpy(text, bytes->at, kept);
    text[kept] = '\0';
    miev_text_show(out, capacity, text);
}

bool miev_protobuf_is_bytes(const struct miev_protobuf_field *field, uint32_t id)
{
    return field->id == id && field->kind == MIEV_PROTOBUF_BYTES;
}

struct miev_protobuf miev_protobuf_find(struct miev_protobuf message, uint32_t id)
{
    struct miev_protobuf_field field;
    struct miev_protobuf found = {NULL, NULL, false};
    while (miev_protobuf_next(&message, &field))
        if (miev_protobuf_is_bytes(&field, id))
            found = field.bytes;
    return found;
}

struct miev_protobuf miev_protobuf_find_at(struct miev_protobuf message, uint32_t id, size_t i)
{
    struct miev_protobuf_field field;
    while (miev_protobuf_next(&message, &field))
        if (miev_protobuf_is_bytes(&field, id) && i-- == 0)
            return field.bytes;
    return (struct miev_protobuf){NULL, NULL, false};
}

bool miev_protobuf_same(const struct miev_protobuf *a, const struct miev_protobuf *b)
{
    size_t n = miev_protobuf_length(a);
    if (n != miev_protobuf_length(b))
        return false;
    return n == 0 || (a->at && b->at && memcmp(a->at, b->at, n) == 0);
}
