/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/litert_profile.h"

#include <string.h>

#include "core/text.h"

static bool holds_others(const char *tag)
{
    return strcmp(tag, "WHILE") == 0 || strcmp(tag, "IF") == 0 || strcmp(tag, "CALL") == 0 ||
           strcmp(tag, "CALL_ONCE") == 0;
}

/* "Convolution (NHWC, F32) IGEMM" is a Convolution. */
static void cut_type(const char *tag, char *out, size_t capacity)
{
    miev_text_show(out, capacity, tag);
    char *bracket = strstr(out, " (");
    if (bracket)
        *bracket = '\0';
}

int miev_litert_profile_take(const struct litert_event *events, size_t n, size_t run,
                             struct miev_op_times *times, struct miev_error *err)
{
    /* XNNPACK counts its operators anew in each part of the graph that it takes. */
    int64_t part = 0, last = -1;
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < n; i++) {
        const struct litert_event *event = &events[i];
        struct miev_op op = {.index = (int64_t)(event->subgraph << 32 | event->node)};
        bool inner = event->kind == LITERT_EVENT_DELEGATED;
        if (!event->tag || (!inner && event->kind != LITERT_EVENT_OPERATOR) ||
            holds_others(event->tag))
            continue;
        if (inner) {
            part += (int64_t)event->node <= last;
            last = (int64_t)event->node;
            op.index = part << 32 | last;
            (void)memcpy(op.provider, "xnnpack", sizeof("xnnpack"));
        }
        miev_text_show(op.name, sizeof(op.name), event->tag);
        cut_type(event->tag, op.type, sizeof(op.type));
        rc = miev_op_times_add(times, run, &op, event->microseconds, err);
    }
    return rc;
}
