/* SPDX-License-Identifier: Apache-2.0 */
#include "study/preprocess.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

/* Steps of training and of 8 bits leave a tensor's range a little off the round figure. */
#define RANGE_SLACK 0.03

/* Of torchvision, in pixels. */
static const double torch_mean[3] = {123.675, 116.28, 103.53},
                    torch_std[3] = {58.395, 57.12, 57.375};

static void guess(json_t *guesses, const char *format, ...) MIEV_PRINTF(2, 3);

static void guess(json_t *guesses, const char *format, ...)
{
    char words[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof(words), format, args);
    va_end(args);
    (void)json_array_append_new(guesses, json_string(words));
}

/* ---- what the file tells of itself ---------------------------------------------------------- */

static bool read_channels(const json_t *list, double out[3])
{
    if (json_array_size(list) != 3)
        return false;
    for (size_t i = 0; i < 3; i++) {
        const json_t *number = json_array_get(list, i);
        if (!json_is_number(number))
            return false;
        out[i] = json_number_value(number);
    }
    return true;
}

int miev_file_metadata_read(const json_t *answer, struct miev_file_metadata *out, json_t *guesses,
                            struct miev_error *err)
{
    struct miev_file_metadata found = {.normalised = false};
    struct miev_error why;
    const json_t *text = json_object_get(answer, "labels");
    const char *name = json_string_value(json_object_get(answer, "labels_name"));
    const char *fault = json_string_value(json_object_get(answer, "fault"));
    const char *choice = json_string_value(json_object_get(answer, "choice"));
    miev_text_show(found.labels_name, sizeof(found.labels_name), name ? name : "");
    if (json_object_get(answer, "mean")) {
        found.normalised = read_channels(json_object_get(answer, "mean"), found.mean) &&
                           read_channels(json_object_get(answer, "std"), found.std);
        for (size_t i = 0; i < 3; i++)
            if (!found.normalised || !isfinite(found.mean[i]) || !(found.std[i] > 0))
                return miev_error_set(err, MIEV_ERR_BROKEN,
                                      "the model's process answered nonsense");
    }
    if (text && !json_is_string(text))
        return miev_error_set(err, MIEV_ERR_BROKEN, "the model's process answered nonsense");
    if (text && miev_labels_parse(json_string_value(text), json_string_length(text), &found.labels,
                                  &why) != MIEV_OK)
        guess(guesses, "labels: not those of the file's own '%s': %.200s", found.labels_name,
              why.message);
    if (fault) {
        char shown[256];
        miev_text_show(shown, sizeof(shown), fault);
        guess(guesses, "metadata: part of the file's own is not used: %s", shown);
    }
    if (choice) {
        char shown[400];
        miev_text_show(shown, sizeof(shown), choice);
        guess(guesses, "%s", shown);
    }
    *out = found;
    return MIEV_OK;
}

/* ---- normalisation -------------------------------------------------------------------------- */

struct tensor_type {
    const char *dtype;
    bool quantised;             /* 8 bits, with or without a scale */
    bool grey;                  /* where channels come first: one channel */
    double scale, offset;       /* scale 0: no scale; offset: the pixel whose real value is 0 */
    double real_low, real_high; /* what pixels 0 and 255 stand for when stored as they are */
};

static struct tensor_type type_of(const json_t *input)
{
    const char *dtype = json_string_value(json_object_get(input, "dtype"));
    struct tensor_type type = {.dtype = dtype ? dtype : ""};
    bool is_int8 = strcmp(type.dtype, "int8") == 0;
    type.quantised = is_int8 || strcmp(type.dtype, "uint8") == 0;
    type.grey = json_integer_value(json_array_get(json_object_get(input, "shape"), 1)) == 1;
    type.scale = json_number_value(json_object_get(input, "scale"));
    type.offset = json_number_value(json_object_get(input, "zero_point")) + (is_int8 ? 128.0 : 0.0);
    type.real_low = type.scale * (0 - type.offset) + 0.0; /* not -0 */
    type.real_high = type.scale * (255 - type.offset);
    return type;
}

static void set_channels(struct miev_preprocess *out, const double mean[3], const double std[3])
{
    memcpy(out->pixels.mean, mean, sizeof(out->pixels.mean));
    memcpy(out->pixels.std, std, sizeof(out->pixels.std));
}

/* Pixels as they are: the mean and std that undo the tensor's own scale and zero point. */
static void set_raw(struct miev_preprocess *out, const struct tensor_type *type)
{
    bool scaled = type->quantised && type->scale > 0;
    double mean = scaled ? type->offset : 0, std = scaled ? 1 / type->scale : 1;
    for (size_t c = 0; c < 3; c++) {
        out->pixels.mean[c] = mean;
        out->pixels.std[c] = std;
    }
}

static bool near_range(const struct tensor_type *type, double low, double high)
{
    double slack = RANGE_SLACK * (high - low);
    return fabs(type->real_low - low) <= slack && fabs(type->real_high - high) <= slack;
}

/* A scale and zero point tell which numbers the model was trained with: those that 8 bits cover. */
static void guess_quantised(const struct tensor_type *type, struct miev_preprocess *out,
                            json_t *guesses)
{
    double low = (0 - torch_mean[0]) / torch_std[0], high = (255 - torch_mean[2]) / torch_std[2];
    if (type->scale > 0 && near_range(type, low, high)) {
        set_channels(out, torch_mean, torch_std);
        guess(guesses,
              "input: pixels by ImageNet's mean and std, since its 8 bits cover %.3g to "
              "%.3g",
              type->real_low, type->real_high);
        return;
    }
    set_raw(out, type);
    if (type->scale > 0)
        guess(guesses, "input: pixels as they are, since its 8 bits cover %.3g to %.3g",
              type->real_low, type->real_high);
    else
        guess(guesses, "input: pixels as they are (%s without a scale)", type->dtype);
}

static void guess_float(const struct tensor_type *type, struct miev_preprocess *out,
                        json_t *guesses)
{
    static const double half[3] = {127.5, 127.5, 127.5};
    bool torch = out->pixels.channels_first && !type->grey;
    set_channels(out, torch ? torch_mean : half, torch ? torch_std : half);
    guess(guesses, torch ? "input: pixels by ImageNet's mean and std, as PyTorch's models with "
                           "channels first"
                         : "input: pixels scaled to -1..1, the commonest for floats");
}

/* The file's own mean and std, where its 8 bits can hold what they make. Some publishers write 0
 * and 1 for models that take pixels as they are; TensorFlow's own library never looks at them then.
 */
static bool follow_metadata(const struct miev_file_metadata *metadata,
                            const struct tensor_type *type, struct miev_preprocess *out,
                            json_t *guesses)
{
    if (!metadata->normalised)
        return false;
    set_channels(out, metadata->mean, metadata->std);
    out->normalisation_from = MIEV_ORIGIN_METADATA;
    if (!type->quantised || !(type->scale > 0))
        return true;
    double slack = RANGE_SLACK * (type->real_high - type->real_low), most_off = 0;
    for (size_t c = 0; c < 3; c++) {
        double low = -metadata->mean[c] / metadata->std[c];
        double high = (255 - metadata->mean[c]) / metadata->std[c];
        if (low < type->real_low - slack || high > type->real_high + slack) {
            set_raw(out, type);
            out->normalisation_from = MIEV_ORIGIN_GUESS;
            guess(guesses,
                  "input: pixels as they are, since its 8 bits cover %.3g to %.3g and the "
                  "file's own mean %g and std %g do not fit that",
                  type->real_low, type->real_high, metadata->mean[c], metadata->std[c]);
            return true;
        }
        most_off = fmax(most_off, fmax(fabs(low - type->real_low), fabs(high - type->real_high)));
    }
    if (most_off <= 1.01 * type->scale) /* the same to one step: then exactly, without rounding */
        set_raw(out, type);
    return true;
}

static void settle_normalisation(const struct miev_card *card,
                                 const struct miev_file_metadata *metadata,
                                 const struct tensor_type *type, struct miev_preprocess *out,
                                 json_t *guesses)
{
    out->normalisation_from = card->normalisation_from;
    out->pixels.bgr = card->bgr;
    if (card->normalisation_from != MIEV_ORIGIN_GUESS) {
        set_channels(out, card->mean, card->std);
        if (card->raw)
            set_raw(out, type);
        return;
    }
    if (follow_metadata(metadata, type, out, guesses))
        return;
    if (type->quantised)
        guess_quantised(type, out, guesses);
    else
        guess_float(type, out, guesses);
}

static void settle_resize(const struct miev_card *card, struct miev_preprocess *out,
                          json_t *guesses)
{
    out->resize = strcmp(card->resize, "crop") == 0        ? MIEV_RESIZE_CROP
                  : strcmp(card->resize, "letterbox") == 0 ? MIEV_RESIZE_LETTERBOX
                                                           : MIEV_RESIZE_STRETCH;
    out->crop_ratio = card->crop_ratio;
    out->resize_from = card->resize_from;
    if (out->resize_from == MIEV_ORIGIN_GUESS)
        guess(guesses, "resize: the whole photo stretched to %u x %u, the commonest", out->width,
              out->height);
}

void miev_preprocess_settle(const struct miev_card *card, const struct miev_file_metadata *metadata,
                            const json_t *input, struct miev_preprocess *out, json_t *guesses)
{
    struct tensor_type type = type_of(input);
    settle_normalisation(card, metadata, &type, out, guesses);
    settle_resize(card, out, guesses);
}

/* ---- the report ----------------------------------------------------------------------------- */

json_t *miev_preprocess_json(const struct miev_preprocess *p)
{
    static const char *const resizes[] = {"stretch", "crop", "letterbox"};
    const double *mean = p->pixels.mean, *std = p->pixels.std;
    return json_pack(
        "{s:i, s:i, s:s, s:s, s:[f,f,f], s:[f,f,f], s:s, s:f, s:{s:s, s:s}}", "width",
        (int)p->width, "height", (int)p->height, "layout",
        p->pixels.channels_first ? "NCHW" : "NHWC", "color", p->pixels.bgr ? "BGR" : "RGB", "mean",
        mean[0], mean[1], mean[2], "std", std[0], std[1], std[2], "resize", resizes[p->resize],
        "crop_ratio", p->crop_ratio, "from", "normalisation",
        miev_origin_name(p->normalisation_from), "resize", miev_origin_name(p->resize_from));
}
