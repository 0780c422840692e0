/* SPDX-License-Identifier: Apache-2.0 */
#include "study/predict.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

static double half_to_double(uint16_t half)
{
    int exponent = (half >> 10) & 31;
    double fraction = half & 1023;
    double value = exponent == 0    ? ldexp(fraction, -24)
                   : exponent == 31 ? (fraction > 0 ? NAN : INFINITY)
                                    : ldexp(1024 + fraction, exponent - 25);
    return half & 0x8000 ? -value : value;
}

static double element(const struct miev_tensor *tensor, size_t i)
{
    const unsigned char *at =
        (const unsigned char *)tensor->data + i * miev_dtype_size(tensor->dtype);
    double stored = NAN;
    if (tensor->dtype == MIEV_DTYPE_FLOAT32) {
        float value;
        memcpy(&value, at, sizeof(value));
        return (double)value;
    }
    if (tensor->dtype == MIEV_DTYPE_FLOAT16) {
        uint16_t half;
        memcpy(&half, at, sizeof(half));
        return half_to_double(half);
    }
    if (tensor->dtype == MIEV_DTYPE_UINT8)
        stored = *at;
    else if (tensor->dtype == MIEV_DTYPE_INT8)
        stored = (signed char)*at;
    return tensor->scale > 0 ? tensor->scale * (stored - (double)tensor->zero_point) : stored;
}

static bool readable(enum miev_dtype dtype)
{
    return dtype == MIEV_DTYPE_FLOAT32 || dtype == MIEV_DTYPE_FLOAT16 ||
           dtype == MIEV_DTYPE_UINT8 || dtype == MIEV_DTYPE_INT8;
}

static int read_scores(struct miev_predictor *predictor, const struct miev_tensor *output,
                       struct miev_error *err)
{
    if (!readable(output->dtype) || !output->data)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model's first output is %s, not class scores (float32, float16, "
                              "uint8 or int8): is it an image classifier?",
                              miev_dtype_name(output->dtype));
    size_t n = output->bytes / miev_dtype_size(output->dtype);
    if (n < 2 || n > MIEV_PREDICT_MAX_CLASSES)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model's first output has %zu numbers, a classifier has 2 to %u: "
                              "is it an image classifier?",
                              n, MIEV_PREDICT_MAX_CLASSES);
    if (n != predictor->n_scores) {
        double *scores = realloc(predictor->scores, n * sizeof(*scores));
        if (!scores)
            return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu scores", n);
        predictor->scores = scores;
        predictor->n_scores = n;
    }
    for (size_t i = 0; i < n; i++) {
        predictor->scores[i] = element(output, i);
        if (!isfinite(predictor->scores[i]))
            return miev_error_set(
                err, MIEV_ERR_BROKEN,
                "the model's score of class %zu is not a finite number: its input "
                "is scaled wrongly, or the file is damaged",
                i);
    }
    return MIEV_OK;
}

/* A quantised softmax sums to 1 only within its steps, hence the wide band. */
static bool look_like_probabilities(const double *scores, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (scores[i] < 0 || scores[i] > 1.001)
            return false;
        sum += scores[i];
    }
    return sum > 0.5 && sum < 1.5;
}

static void softmax(double *scores, size_t n)
{
    double highest = scores[0], sum = 0;
    for (size_t i = 1; i < n; i++)
        highest = fmax(highest, scores[i]);
    for (size_t i = 0; i < n; i++) {
        scores[i] = exp(scores[i] - highest); /* minus the highest: no overflow */
        sum += scores[i];
    }
    for (size_t i = 0; i < n; i++)
        scores[i] /= sum;
}

static void keep_best(struct miev_predictor *predictor)
{
    predictor->n_best = 0;
    for (size_t i = 0; i < predictor->n_scores; i++) {
        if (predictor->among && (i >= predictor->n_among || !predictor->among[i]))
            continue;
        size_t place = predictor->n_best;
        while (place > 0 && predictor->best[place - 1].score < predictor->scores[i])
            place--;
        if (place == MIEV_PREDICT_TOP)
            continue;
        if (predictor->n_best < MIEV_PREDICT_TOP)
            predictor->n_best++;
        for (size_t k = predictor->n_best - 1; k > place; k--)
            predictor->best[k] = predictor->best[k - 1];
        predictor->best[place] = (struct miev_prediction){i, predictor->scores[i]};
    }
}

int miev_predict(struct miev_predictor *predictor, const struct miev_tensor *output,
                 struct miev_error *err)
{
    int rc = read_scores(predictor, output, err);
    if (rc != MIEV_OK)
        return rc;
    predictor->softmax_applied =
        predictor->guess ? !look_like_probabilities(predictor->scores, predictor->n_scores)
                         : predictor->logits;
    if (predictor->softmax_applied)
        softmax(predictor->scores, predictor->n_scores);
    keep_best(predictor);
    return MIEV_OK;
}

int miev_predictor_choose(struct miev_predictor *predictor, const char *text, size_t length,
                          struct miev_error *err)
{
    size_t n = length / MIEV_CLASS_DIGITS;
    int32_t *list = calloc(n + 1, sizeof(*list));
    bool *among = calloc(predictor->n_scores + 1, sizeof(*among));
    int rc = MIEV_OK;
    if (!list || !among)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu classes", n);
    else if (n == 0 || !miev_classes_read(text, length, n, predictor->n_scores, list))
        rc = miev_error_set(err, MIEV_ERR_INVALID, "these are no classes of the model");
    for (size_t i = 0; rc == MIEV_OK && i < n; i++)
        if (list[i] >= 0)
            among[list[i]] = true;
    free(list);
    if (rc != MIEV_OK) {
        free(among);
        return rc;
    }
    free(predictor->among);
    predictor->among = among;
    predictor->n_among = predictor->n_scores;
    return MIEV_OK;
}

void miev_predictor_finish(struct miev_predictor *predictor)
{
    free(predictor->scores);
    free(predictor->among);
    *predictor = (struct miev_predictor){0};
}

void miev_classes_write(const int32_t *classes, size_t n, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++, out += MIEV_CLASS_DIGITS) {
        if (classes[i] < 0)
            memset(out, '-', MIEV_CLASS_DIGITS);
        for (unsigned k = 0; classes[i] >= 0 && k < MIEV_CLASS_DIGITS; k++)
            out[k] = digits[(unsigned)classes[i] >> (12 - 4 * k) & 15];
    }
}

/* 0 to 15; 16 for what is no digit. */
static unsigned digit_of(char letter)
{
    return letter >= '0' && letter <= '9'   ? (unsigned)(letter - '0')
           : letter >= 'a' && letter <= 'f' ? (unsigned)(letter - 'a') + 10
                                            : 16;
}

bool miev_classes_read(const char *text, size_t length, size_t n, size_t below, int32_t *out)
{
    if (length / MIEV_CLASS_DIGITS != n || length % MIEV_CLASS_DIGITS != 0)
        return false;
    for (size_t i = 0; i < n; i++, text += MIEV_CLASS_DIGITS) {
        unsigned number = 0, not_digits = 0;
        for (unsigned k = 0; k < MIEV_CLASS_DIGITS; k++) {
            unsigned digit = digit_of(text[k]);
            not_digits += digit > 15;
            number = number << 4 | (digit & 15);
        }
        bool none = not_digits > 0 && memcmp(text, "----", MIEV_CLASS_DIGITS) == 0;
        if (!none && (not_digits > 0 || number >= below))
            return false;
        out[i] = none ? -1 : (int32_t)number;
    }
    return true;
}
