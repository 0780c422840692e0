/* SPDX-License-Identifier: Apache-2.0 */
#include "probe/linear.h"

#include <linear.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

#define EPSILON     0.01 /* where liblinear stops, its own default */
#define INNER_FOLDS 3u
#define PATIENCE    2 /* choices behind the best one that are tried: weak penalties take longest */

static const double choices[] = {1e-4, 1e-3, 1e-2, 1e-1, 1, 10};
#define N_CHOICES (sizeof(choices) / sizeof(choices[0]))

/* ---- scaled rows, as liblinear takes them --------------------------------------------------- */

struct scaled {
    double *mean, *scale; /* of a feature; scale 0: it is constant and left out */
    struct feature_node *nodes;
    struct feature_node **rows;
    double *classes;
    struct problem problem;
};

static const float *vector_of(const struct miev_linear_set *set, size_t i)
{
    return set->vectors + set->rows[i] * set->length;
}

/* Mean first, then the spread round it: one pass would lose digits of features far from zero. */
static void find_scales(const struct miev_linear_set *set, struct scaled *out)
{
    double n = (double)set->n;
    for (size_t i = 0; i < set->n; i++)
        for (size_t f = 0; f < set->length; f++)
            out->mean[f] += (double)vector_of(set, i)[f] / n;
    for (size_t i = 0; i < set->n; i++)
        for (size_t f = 0; f < set->length; f++)
            out->scale[f] += pow((double)vector_of(set, i)[f] - out->mean[f], 2) / n;
    for (size_t f = 0; f < set->length; f++) {
        double spread = sqrt(out->scale[f]);
        out->scale[f] = spread > 1e-7 * fabs(out->mean[f]) ? 1 / spread : 0;
        if (!isfinite(out->scale[f]))
            out->scale[f] = 0;
    }
}

/* Each row: its features, the constant one that carries the bias, an end. */
static void fill_rows(const struct miev_linear_set *set, struct scaled *out)
{
    struct feature_node *node = out->nodes;
    for (size_t i = 0; i < set->n; i++) {
        const float *vector = vector_of(set, i);
        out->rows[i] = node;
        for (size_t f = 0; f < set->length; f++)
            if (out->scale[f] > 0)
                *node++ = (struct feature_node){(int)f + 1,
                                                ((double)vector[f] - out->mean[f]) * out->scale[f]};
        *node++ = (struct feature_node){(int)set->length + 1, 1};
        *node++ = (struct feature_node){-1, 0};
        out->classes[i] = set->classes[set->rows[i]];
    }
    out->problem = (struct problem){
        .l = (int)set->n, .n = (int)set->length + 1, .y = out->classes, .x = out->rows, .bias = 1};
}

static void scaled_finish(struct scaled *scaled)
{
    free(scaled->mean);
    free(scaled->scale);
    free(scaled->nodes);
    free((void *)scaled->rows);
    free(scaled->classes);
}

static int scale_rows(const struct miev_linear_set *set, struct scaled *out, struct miev_error *err)
{
    *out = (struct scaled){.mean = NULL};
    if (set->n == 0 || set->length == 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "there is nothing to learn from");
    *out = (struct scaled){.mean = calloc(set->length, sizeof(*out->mean)),
                           .scale = calloc(set->length, sizeof(*out->scale)),
                           .nodes = calloc(set->n, (set->length + 2) * sizeof(*out->nodes)),
                           .rows = calloc(set->n, sizeof(struct feature_node *)),
                           .classes = calloc(set->n, sizeof(*out->classes))};
    if (!out->mean || !out->scale || !out->nodes || !out->rows || !out->classes)
        return miev_error_set(err, MIEV_ERR_NOMEM,
                              "no memory to train on %zu images of %zu features", set->n,
                              set->length);
    find_scales(set, out);
    fill_rows(set, out);
    return MIEV_OK;
}

/* ---- liblinear ------------------------------------------------------------------------------ */

static void say_nothing(const char *text)
{
    (void)text;
}

/* begin: weights to start from, of a model of the same rows, or NULL. */
static struct model *fit(const struct scaled *scaled, double c, double *begin)
{
    const struct parameter parameter = {
        .solver_type = L2R_LR, .eps = EPSILON, .C = c, .init_sol = begin};
    set_print_string_function(say_nothing);
    return train(&scaled->problem, &parameter);
}

/* liblinear numbers classes in the order it meets them, and of two keeps one row of weights, whose
 * positive side is the first. */
static void unfold(const struct model *model, const struct scaled *scaled, struct miev_linear *out)
{
    size_t columns = model->nr_class == 2 ? 1 : (size_t)model->nr_class;
    for (size_t k = 0; k < (size_t)model->nr_class; k++) {
        double *weights = out->weights + (size_t)model->label[k] * out->length;
        double sign = columns == 1 && k == 1 ? -1 : 1;
        size_t column = columns == 1 ? 0 : k;
        double bias = sign * model->w[out->length * columns + column];
        for (size_t f = 0; f < out->length; f++) {
            double weight = sign * model->w[f * columns + column] * scaled->scale[f];
            weights[f] = weight;
            bias -= weight * scaled->mean[f];
        }
        out->biases[model->label[k]] = bias;
    }
}

static int make(const struct miev_linear_set *set, const struct scaled *scaled, double c,
                struct model **model, struct miev_linear *out, struct miev_error *err)
{
    struct model *before = *model;
    *out = (struct miev_linear){.weights = calloc(set->n_classes, set->length * sizeof(double)),
                                .biases = calloc(set->n_classes, sizeof(double)),
                                .length = set->length,
                                .n_classes = set->n_classes,
                                .c = c};
    if (!out->weights || !out->biases)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the weights of %zu classes",
                              set->n_classes);
    *model = fit(scaled, c, before ? before->w : NULL);
    if (before)
        free_and_destroy_model(&before);
    if ((size_t)(*model)->nr_class != set->n_classes)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "of %zu classes %d have images to learn from: add images",
                              set->n_classes, (*model)->nr_class);
    unfold(*model, scaled, out);
    return MIEV_OK;
}

int miev_linear_train(const struct miev_linear_set *set, double c, struct miev_linear *out,
                      struct miev_error *err)
{
    struct scaled scaled;
    struct model *model = NULL;
    *out = (struct miev_linear){.c = c};
    int rc = scale_rows(set, &scaled, err);
    if (rc == MIEV_OK)
        rc = make(set, &scaled, c, &model, out, err);
    if (model)
        free_and_destroy_model(&model);
    scaled_finish(&scaled);
    return rc;
}

uint32_t miev_linear_predict(const struct miev_linear *linear, const float *vector)
{
    uint32_t best = 0;
    double highest = -INFINITY;
    for (size_t k = 0; k < linear->n_classes; k++) {
        const double *weights = linear->weights + k * linear->length;
        double score = linear->biases[k];
        for (size_t f = 0; f < linear->length; f++)
            score += weights[f] * (double)vector[f];
        if (score > highest) {
            highest = score;
            best = (uint32_t)k;
        }
    }
    return best;
}

void miev_linear_finish(struct miev_linear *linear)
{
    free(linear->weights);
    free(linear->biases);
    *linear = (struct miev_linear){.c = 0};
}

/* ---- how strong the penalty is -------------------------------------------------------------- */

static size_t count_right(const struct miev_linear *linear, const struct miev_linear_set *set)
{
    size_t right = 0;
    for (size_t i = 0; i < set->n; i++)
        right += miev_linear_predict(linear, vector_of(set, i)) == set->classes[set->rows[i]];
    return right;
}

/* One part of the set that is learnt from, and the other that is judged by. */
struct inner {
    struct miev_linear_set learn, judge;
    size_t *rows; /* of both */
    struct scaled scaled;
    struct model *model; /* of the weaker choice, from which the next one begins */
};

/* Rows of a class go to the folds in turns. */
static int part(const struct miev_linear_set *set, unsigned fold, struct inner *out,
                struct miev_error *err)
{
    size_t *seen = calloc(set->n_classes, sizeof(*seen)), end = set->n;
    out->learn = out->judge = *set;
    out->learn.n = 0;
    out->rows = calloc(set->n, sizeof(*out->rows));
    if (!seen || !out->rows) {
        free(seen);
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu rows", set->n);
    }
    for (size_t i = 0; i < set->n; i++) {
        if (seen[set->classes[set->rows[i]]]++ % INNER_FOLDS == fold)
            out->rows[--end] = set->rows[i];
        else
            out->rows[out->learn.n++] = set->rows[i];
    }
    free(seen);
    out->learn.rows = out->rows;
    out->judge.rows = out->rows + end;
    out->judge.n = set->n - end;
    return scale_rows(&out->learn, &out->scaled, err);
}

static void inner_finish(struct inner *inner)
{
    if (inner->model)
        free_and_destroy_model(&inner->model);
    scaled_finish(&inner->scaled);
    free(inner->rows);
}

/* How many a choice gets right of all parts. */
static int try_choice(double c, struct inner inner[INNER_FOLDS], bool (*stopped)(void *context),
                      void *context, size_t *right, struct miev_error *err)
{
    int rc = MIEV_OK;
    *right = 0;
    for (unsigned fold = 0; rc == MIEV_OK && fold < INNER_FOLDS; fold++) {
        struct miev_linear linear = {.c = 0};
        rc = stopped(context)
                 ? miev_error_set(err, MIEV_ERR_INTERRUPTED, "stopped while it was trained")
                 : make(&inner[fold].learn, &inner[fold].scaled, c, &inner[fold].model, &linear,
                        err);
        if (rc == MIEV_OK)
            *right += count_right(&linear, &inner[fold].judge);
        miev_linear_finish(&linear);
    }
    return rc;
}

int miev_linear_choose(const struct miev_linear_set *set, bool (*stopped)(void *context),
                       void *context, double *c, struct miev_error *err)
{
    struct inner inner[INNER_FOLDS] = {{.rows = NULL}};
    size_t most = 0, best = 0, right = 0;
    int rc = MIEV_OK;
    for (unsigned fold = 0; rc == MIEV_OK && fold < INNER_FOLDS; fold++)
        rc = part(set, fold, &inner[fold], err);
    for (size_t i = 0; rc == MIEV_OK && i < N_CHOICES && i <= best + PATIENCE; i++) {
        rc = try_choice(choices[i], inner, stopped, context, &right, err);
        if (right <= most)
            continue;
        most = right;
        best = i;
    }
    for (unsigned fold = 0; fold < INNER_FOLDS; fold++)
        inner_finish(&inner[fold]);
    if (rc == MIEV_OK)
        *c = choices[best];
    return rc;
}
