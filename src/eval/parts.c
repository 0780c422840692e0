/* SPDX-License-Identifier: Apache-2.0 */
/* What the reports of an evaluation and of a probe have in common. */
#include <math.h>
#include <stdlib.h>

#include "core/json.h"
#include "core/text.h"
#include "eval/pass.h"

#define FAMILY_ERROR 0.05 /* chance that any one verdict on a pair is wrong */

json_t *miev_eval_text_json(const char *text)
{
    char shown[256];
    miev_text_show(shown, sizeof(shown), text);
    return json_string(shown);
}

json_t *miev_eval_share_json(uint64_t right, uint64_t n)
{
    struct miev_interval share = miev_wilson(right, n);
    return json_pack("{s:I, s:o, s:o, s:o}", "right", (json_int_t)right, "share",
                     miev_json_real(share.value), "low", miev_json_real(share.low), "high",
                     miev_json_real(share.high));
}

json_t *miev_eval_dataset_json(const struct miev_dataset *dataset)
{
    return json_pack("{s:o, s:s, s:I, s:I, s:I}", "name", miev_eval_text_json(dataset->name),
                     "sha256", dataset->sha256, "images", (json_int_t)dataset->n, "images_found",
                     (json_int_t)dataset->n_found, "classes", (json_int_t)dataset->n_classes);
}

/* ---- a model ----------------------------------------------------------------------------------
 */

json_t *miev_eval_failed_json(const struct miev_eval_model *model)
{
    json_t *list = json_array(), *item;
    size_t i;
    json_array_foreach(model->failures, i, item)(void)
        json_array_append_new(list, json_pack("{s:O, s:O}", "image", json_object_get(item, "image"),
                                              "message", json_object_get(item, "message")));
    return json_pack("{s:I, s:o}", "images", (json_int_t)model->n_failed, "first", list);
}

static void copy_facts(json_t *out, const json_t *facts)
{
    static const char *const keys[] = {"engine", "sandbox", "guesses"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        json_t *value = json_object_get(facts, keys[i]);
        if (value)
            (void)json_object_set(out, keys[i], value);
    }
}

json_t *miev_eval_identity_json(const struct miev_eval_model *model)
{
    const struct miev_run_model *run = model->run;
    json_t *out =
        json_pack("{s:s, s:s}", "name", run->name, "precision", run->entry.file->precision);
    if (run->file.length > 0) {
        (void)json_object_set_new(out, "sha256", json_string(run->file.sha256));
        (void)json_object_set_new(out, "bytes", json_integer((json_int_t)run->file.content_bytes));
    }
    copy_facts(out, run->facts);
    return out;
}

json_t *miev_eval_error_json(const struct miev_run_model *run)
{
    json_t *message = json_string(run->error.message);
    return json_pack("{s:s, s:o}", "code", miev_status_name(run->status), "message",
                     message ? message : json_string("(not valid text)"));
}

/* ---- pairs ---------------------------------------------------------------------------------- */

static json_t *pair_json(const char *a, const char *b, const struct miev_paired *paired,
                         double p_holm)
{
    struct miev_interval difference = miev_paired_difference(paired);
    struct miev_mcnemar test = miev_mcnemar(paired->only_a, paired->only_b);
    const char *verdict = !(p_holm <= FAMILY_ERROR)         ? "unresolved"
                          : paired->only_a > paired->only_b ? "higher"
                                                            : "lower";
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I, s:{s:o, s:o, s:o}, s:s, s:o, s:o, s:s}", "a",
                     a, "b", b, "both_right", (json_int_t)paired->both, "only_a_right",
                     (json_int_t)paired->only_a, "only_b_right", (json_int_t)paired->only_b,
                     "both_wrong", (json_int_t)paired->neither, "difference", "value",
                     miev_json_real(difference.value), "low", miev_json_real(difference.low),
                     "high", miev_json_real(difference.high), "test", test.test, "p_value",
                     miev_json_real(test.p_value), "p_holm", miev_json_real(p_holm), "verdict",
                     verdict);
}

static bool is_comparable(const struct miev_paired *paired)
{
    return paired->both + paired->only_a + paired->only_b + paired->neither > 0;
}

json_t *miev_eval_pairs_json(const char *const *names, size_t n, const struct miev_paired *paired)
{
    size_t n_pairs = n * (n - 1) / 2, pair = 0;
    double *p_holm = calloc(n_pairs + 1, sizeof(*p_holm));
    json_t *list = json_array();
    for (size_t i = 0; p_holm && i < n_pairs; i++)
        p_holm[i] = is_comparable(&paired[i])
                        ? miev_mcnemar(paired[i].only_a, paired[i].only_b).p_value
                        : (double)NAN;
    if (p_holm)
        miev_holm(p_holm, n_pairs);
    for (size_t i = 0; p_holm && i < n; i++)
        for (size_t j = i + 1; j < n; j++, pair++)
            if (is_comparable(&paired[pair]))
                (void)json_array_append_new(
                    list, pair_json(names[i], names[j], &paired[pair], p_holm[pair]));
    free(p_holm);
    return list;
}
