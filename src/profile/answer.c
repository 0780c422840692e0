/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "core/error.h"
#include "core/text.h"
#include "profile/profile.h"

static int nonsense(struct miev_error *err)
{
    return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
}

/* n times, none below zero, that are together no longer than that. */
static int take_times(const json_t *list, size_t n, double at_most_s, double *out_s,
                      struct miev_error *err)
{
    double sum_s = 0;
    bool good = json_array_size(list) == n;
    for (size_t i = 0; good && i < n; i++) {
        const json_t *ns = json_array_get(list, i);
        out_s[i] = (double)json_integer_value(ns) * 1e-9;
        good = json_is_integer(ns) && out_s[i] >= 0;
        sum_s += out_s[i];
    }
    return good && sum_s <= at_most_s ? MIEV_OK : nonsense(err);
}

static void take_text(const json_t *from, const char *key, char *out, size_t capacity)
{
    const char *text = json_string_value(json_object_get(from, key));
    miev_text_show(out, capacity, text ? text : "");
}

static int take_operator(const json_t *from, double waited_s, size_t o, struct miev_op_times *out,
                         struct miev_error *err)
{
    struct miev_op *op = &out->ops[o];
    json_int_t calls = json_integer_value(json_object_get(from, "calls"));
    take_text(from, "name", op->name, sizeof(op->name));
    take_text(from, "type", op->type, sizeof(op->type));
    take_text(from, "provider", op->provider, sizeof(op->provider));
    take_text(from, "shape", op->shape, sizeof(op->shape));
    if (op->type[0] == '\0' || calls < 1 || calls > INT32_MAX)
        return nonsense(err);
    op->index = (int64_t)o;
    op->calls = (size_t)calls;
    /* The middle of a microsecond is added to each call, also to those that took none. */
    double added_s = (double)calls * MIEV_OP_RESOLUTION_S;
    return take_times(json_object_get(from, "ns"), out->n_runs, waited_s + added_s,
                      out->op_s + o * out->n_runs, err);
}

int miev_profile_take_answer(const json_t *answer, size_t n_runs, double waited_s,
                             struct miev_op_times *out, struct miev_error *err)
{
    const json_t *list = json_object_get(answer, "operators");
    size_t n = json_array_size(list);
    int rc = miev_op_times_init(out, n_runs, err);
    if (rc == MIEV_OK)
        rc = take_times(json_object_get(answer, "run_ns"), n_runs, waited_s, out->run_s, err);
    if (rc == MIEV_OK && (n > MIEV_OPS_MAX || n * n_runs > MIEV_OP_TIMES_MAX))
        rc = nonsense(err);
    if (rc != MIEV_OK)
        return rc;
    if (n == 0)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the runtime's profiler told of no operator at all");
    out->ops = calloc(n, sizeof(*out->ops));
    out->op_s = calloc(n * n_runs, sizeof(*out->op_s));
    if (!out->ops || !out->op_s)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu operators", n);
    out->n_ops = n;
    for (size_t o = 0; rc == MIEV_OK && o < n; o++)
        rc = take_operator(json_array_get(list, o), waited_s, o, out, err);
    return rc;
}
