/* SPDX-License-Identifier: Apache-2.0 */
#include "study/use.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/field.h"
#include "export/use.h"
#include "study/preprocess.h"

#define MAX_TOLD 10 /* labels in a report */

const json_t *miev_use_model_of(const json_t *report, const char *sha256)
{
    size_t i;
    json_t *model;
    json_array_foreach(miev_field_at(report, "models"), i,
                       model) if (*sha256 && strcmp(miev_field_text(model, "sha256"), sha256) ==
                                                 0) return model;
    return NULL;
}

static json_t *text_by(bool (*make)(const struct miev_use *use, FILE *file),
                       const struct miev_use *use)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    bool made = file && make(use, file);
    made = file && fclose(file) == 0 && made;
    json_t *out = made ? json_stringn(text, length) : NULL;
    free(text);
    return out ? out : json_null();
}

/* As a report would tell it. NULL: the card does not know. New reference. */
static json_t *preprocessing_of(const struct miev_card *card)
{
    struct miev_preprocess settled;
    if (card->bare || card->width == 0)
        return NULL;
    json_t *input = json_object(), *guesses = json_array();
    settled = (struct miev_preprocess){.width = card->width, .height = card->height};
    settled.pixels.channels_first = card->channels_first;
    miev_preprocess_settle(card, NULL, input, &settled, guesses);
    json_decref(input);
    json_decref(guesses);
    return miev_preprocess_json(&settled);
}

/* What a downloaded file would be called; in the depot it is called by its hash. */
static void name_file(const struct miev_card *card, const struct miev_card_file *file,
                      const char *format, char *out, size_t capacity)
{
    const char *end = strcmp(format, "saved_model") == 0 ? "" : format;
    (void)snprintf(out, capacity, "%.100s%s%.20s%s%s", card->name, card->bare ? "" : ".",
                   card->bare ? "" : file->precision, card->bare || !*end ? "" : ".",
                   card->bare ? "" : end);
}

const char *miev_use_format(const struct miev_card_file *file, const json_t *model)
{
    const char *engine = miev_field_text(miev_field_at(model, "engine"), "name");
    size_t length = strlen(file->path);
    if (*file->format)
        return file->format;
    if (strcmp(engine, "tensorflow") == 0)
        return "saved_model";
    if (strcmp(engine, "onnx") == 0 ||
        (length > 5 && strcmp(file->path + length - 5, ".onnx") == 0))
        return "onnx";
    return "tflite";
}

/* How many classes: by the card, else by the shape that the engine told a report. */
static size_t outputs_of(const struct miev_card *card, const json_t *model)
{
    const json_t *output = json_array_get(miev_field_at(model, "outputs"), 0);
    const json_t *shape = miev_field_at(output, "shape");
    json_int_t last = json_integer_value(json_array_get(shape, json_array_size(shape) - 1));
    if (card->n_outputs > 0 || card->n_labels > 0)
        return card->n_outputs > 0 ? card->n_outputs : card->n_labels;
    return last > 0 ? (size_t)last : 0;
}

/* The labels that a report tells, where it tells all: a card's own come before. Borrowed texts. */
static size_t told_labels(const struct miev_card *card, const json_t *model,
                          const char *out[MAX_TOLD])
{
    const json_t *knows = miev_field_at(model, "knows"), *first = miev_field_at(knows, "first");
    size_t n = json_array_size(first);
    if (card->n_labels > 0 || n > MAX_TOLD ||
        (json_int_t)n != json_integer_value(miev_field_at(knows, "classes")))
        return 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = json_string_value(json_array_get(first, i));
        if (!out[i])
            return 0;
    }
    return n;
}

json_t *miev_use_json(const struct miev_card *card, const struct miev_card_file *file,
                      const json_t *report)
{
    char name[192], file_name[160];
    const json_t *model = miev_use_model_of(report, file->sha256);
    json_t *own = preprocessing_of(card);
    const char *told[MAX_TOLD];
    size_t n_told = told_labels(card, model, told);
    const char *format = miev_use_format(file, model);
    (void)snprintf(name, sizeof(name), "%s%s%s", card->name, card->bare ? "" : ":",
                   card->bare ? "" : file->precision);
    name_file(card, file, format, file_name, sizeof(file_name));
    const struct miev_use use = {
        .name = name,
        .file_name = file_name,
        .format = format,
        .sha256 = file->sha256,
        .address = file->address,
        .publisher = card->publisher,
        .title = card->bare ? "" : name,
        .source = card->source,
        .licence = card->licence,
        .preprocessing = own ? own : miev_field_at(model, "preprocessing"),
        .labels = n_told > 0 ? told : (const char *const *)card->labels,
        .n_labels = n_told > 0 ? n_told : card->n_labels,
        .n_outputs = outputs_of(card, model),
        .output = !card->output_known ? MIEV_USE_UNKNOWN
                  : card->logits      ? MIEV_USE_LOGITS
                                      : MIEV_USE_PROBABILITIES,
        .report = report,
        .model = model,
    };
    json_t *out =
        json_pack("{s:o, s:o, s:o, s:o, s:o}", "python", text_by(miev_use_python, &use), "c",
                  text_by(miev_use_c, &use), "licence",
                  *card->licence ? json_string(card->licence) : json_null(), "methods",
                  text_by(miev_use_methods, &use), "bibtex", text_by(miev_use_bibtex, &use));
    json_decref(own);
    return out;
}
