/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "probe/state.h"

/* Rows that take part: those with features, of the folds that are wanted. */
enum part { PART_LEARN, PART_JUDGE, PART_ALL };

static size_t take_rows(const struct miev_probe *probe, const struct miev_eval_model *model,
                        enum part part, unsigned fold, size_t *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < probe->eval.dataset.n; i++) {
        if (model->outcome[i] != MIEV_EVAL_ANSWERED)
            continue;
        if (part == PART_ALL || (probe->fold_of[i] == fold) == (part == PART_JUDGE))
            rows[n++] = i;
    }
    return n;
}

static struct miev_linear_set set_of(const struct miev_probe *probe,
                                     const struct miev_probe_model *model, const size_t *rows,
                                     size_t n)
{
    return (struct miev_linear_set){.vectors = model->vectors,
                                    .classes = probe->classes,
                                    .rows = rows,
                                    .n = n,
                                    .length = model->length,
                                    .n_classes = probe->eval.dataset.n_classes};
}

/* Choose c within the set and train on all of it. */
static int learn(struct miev_probe *probe, const struct miev_linear_set *set,
                 struct miev_linear *out, struct miev_error *err)
{
    double c = 0;
    *out = (struct miev_linear){.c = 0};
    int rc = miev_linear_choose(set, miev_eval_stopped, &probe->eval, &c, err);
    return rc == MIEV_OK ? miev_linear_train(set, c, out, err) : rc;
}

static int judge_fold(struct miev_probe *probe, size_t index, unsigned fold, size_t *rows,
                      struct miev_error *err)
{
    struct miev_probe_model *model = &probe->models[index];
    const struct miev_eval_model *eval = &probe->eval.models[index];
    struct miev_linear linear;
    size_t n = take_rows(probe, eval, PART_LEARN, fold, rows);
    const struct miev_linear_set set = set_of(probe, model, rows, n);
    int rc = learn(probe, &set, &linear, err);
    n = take_rows(probe, eval, PART_JUDGE, fold, rows);
    for (size_t i = 0; rc == MIEV_OK && i < n; i++)
        model->predicted[rows[i]] =
            miev_linear_predict(&linear, model->vectors + rows[i] * model->length);
    model->c[fold] = linear.c;
    miev_linear_finish(&linear);
    return rc;
}

static int judge(struct miev_probe *probe, size_t index, size_t *rows, struct miev_error *err)
{
    int rc = MIEV_OK;
    for (unsigned fold = 0; rc == MIEV_OK && fold < probe->n_folds; fold++)
        rc = judge_fold(probe, index, fold, rows, err);
    return rc;
}

static int learn_all(struct miev_probe *probe, size_t index, size_t *rows, struct miev_error *err)
{
    struct miev_probe_model *model = &probe->models[index];
    size_t n = take_rows(probe, &probe->eval.models[index], PART_ALL, 0, rows);
    const struct miev_linear_set set = set_of(probe, model, rows, n);
    return learn(probe, &set, &model->linear, err);
}

/* A piece of work between two readings of the meter. */
static int metered(struct miev_probe *probe, size_t index, size_t *rows,
                   int (*work)(struct miev_probe *probe, size_t index, size_t *rows,
                               struct miev_error *err),
                   struct miev_eval_energy *energy, struct miev_error *err)
{
    struct miev_eval *eval = &probe->eval;
    struct miev_round span = {.count = 1};
    int rc = miev_meter_read(eval->run.meter, miev_eval_cpu_s(eval), &span.start, err);
    if (rc == MIEV_OK)
        rc = work(probe, index, rows, err);
    if (rc == MIEV_OK)
        rc = miev_meter_read(eval->run.meter, miev_eval_cpu_s(eval), &span.stop, err);
    return rc == MIEV_OK ? miev_eval_add_span(eval, energy, &span, err) : rc;
}

int miev_probe_train(struct miev_probe *probe, size_t index, struct miev_error *err)
{
    struct miev_probe_model *model = &probe->models[index];
    size_t *rows = calloc(probe->eval.dataset.n + 1, sizeof(*rows));
    model->c = calloc(probe->n_folds, sizeof(*model->c));
    model->predicted = malloc((probe->eval.dataset.n + 1) * sizeof(*model->predicted));
    int rc = rows && model->c && model->predicted
                 ? MIEV_OK
                 : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the answers to %zu images",
                                  probe->eval.dataset.n);
    if (rc == MIEV_OK) {
        for (size_t i = 0; i < probe->eval.dataset.n; i++)
            model->predicted[i] = MIEV_PROBE_UNSEEN;
        rc = metered(probe, index, rows, judge, &model->validation, err);
    }
    if (rc == MIEV_OK)
        rc = metered(probe, index, rows, learn_all, &model->training, err);
    free(rows);
    return rc;
}
