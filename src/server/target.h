/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for: the path and the query of its first line, decoded strictly. Pure. */
#ifndef MIEV_SERVER_TARGET_H
#define MIEV_SERVER_TARGET_H

#include <stddef.h>

#include "miev.h"

#define MIEV_TARGET_MAX_BYTES    4096
#define MIEV_TARGET_MAX_SEGMENTS 8
#define MIEV_TARGET_MAX_FIELDS   24

struct miev_target_field {
    const char *name, *value;
};

struct miev_target {
    const char *segments[MIEV_TARGET_MAX_SEGMENTS]; /* of the path; "/" has none */
    size_t n_segments;
    struct miev_target_field fields[MIEV_TARGET_MAX_FIELDS]; /* of the query */
    size_t n_fields;
    char text[MIEV_TARGET_MAX_BYTES]; /* what the above point into */
};

/* Take "/a/b?x=1&y=2" apart. Refused (MIEV_ERR_INVALID, MIEV_ERR_LIMIT): what does not begin with a
 * slash, empty, "." and ".." segments, an encoded slash, a wrong %XX, control characters, text that
 * is no UTF-8, a field that is given twice, and what is over the bounds above. *out is not to be
 * copied. */
MIEV_MUST_USE int miev_target_parse(const char *raw, struct miev_target *out,
                                    struct miev_error *err);

/* The value of a field, or NULL. */
const char *miev_target_field(const struct miev_target *target, const char *name);

#endif
