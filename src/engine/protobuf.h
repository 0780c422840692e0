/* SPDX-License-Identifier: Apache-2.0 */
/* Reading an untrusted Protocol Buffers message field by field, every length checked. Pure. */
#ifndef MIEV_ENGINE_PROTOBUF_H
#define MIEV_ENGINE_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a field is written; groups (3 and 4), which nobody writes any more, count as damage. */
enum miev_protobuf_kind {
    MIEV_PROTOBUF_NUMBER = 0, /* varint */
    MIEV_PROTOBUF_FIXED64 = 1,
    MIEV_PROTOBUF_BYTES = 2, /* text, bytes, a message, packed numbers */
    MIEV_PROTOBUF_FIXED32 = 5,
};

struct miev_protobuf {
    const uint8_t *at, *end; /* what is left of a message */
    bool broken;             /* a length led outside; nothing more is read */
};

struct miev_protobuf_field {
    uint32_t id;
    enum miev_protobuf_kind kind;
    uint64_t number;            /* of all kinds but MIEV_PROTOBUF_BYTES */
    struct miev_protobuf bytes; /* of MIEV_PROTOBUF_BYTES */
};

struct miev_protobuf miev_protobuf_message(const void *bytes, size_t length);
/* The next field; false at the end or when broken. Of bytes that reach beyond the end, the field is
 * told with what is there of them, so that a file that was cut is known by it. */
bool miev_protobuf_next(struct miev_protobuf *message, struct miev_protobuf_field *field);
/* Numbers that lie packed in bytes, each moving it on: a varint, or size bytes, little-endian. */
uint64_t miev_protobuf_varint(struct miev_protobuf *packed);
uint64_t miev_protobuf_fixed(struct miev_protobuf *packed, size_t size);
size_t miev_protobuf_length(const struct miev_protobuf *bytes);
/* These bytes are this text. */
bool miev_protobuf_is(const struct miev_protobuf *bytes, const char *text);
bool miev_protobuf_same(const struct miev_protobuf *a, const struct miev_protobuf *b);
/* The field is of that id and holds bytes. */
bool miev_protobuf_is_bytes(const struct miev_protobuf_field *field, uint32_t id);
/* The last bytes of that id, which are those that count; empty when there are none. */
struct miev_protobuf miev_protobuf_find(struct miev_protobuf message, uint32_t id);
/* Number i of a repeated field of bytes, or empty. */
struct miev_protobuf miev_protobuf_find_at(struct miev_protobuf message, uint32_t id, size_t i);
/* Copy a text for showing; what does not fit is cut. */
void miev_protobuf_show(const struct miev_protobuf *bytes, char *out, size_t capacity);

#endif
