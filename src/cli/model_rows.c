/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/model_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "export/field.h"

double model_megabytes(const struct miev_card_file *file)
{
    size_t bytes = file->bytes > 0 ? file->bytes : file->bytes_about;
    return bytes > 0 ? (double)bytes / 1e6 : (double)NAN;
}

/* ---- which ---------------------------------------------------------------------------------- */

/* Letter case does not matter. */
static bool mentions(const struct miev_card *card, const struct miev_card_file *file,
                     const char *word)
{
    const struct miev_card_accuracy *accuracy = miev_card_accuracy_of(card, file->precision);
    const char *const texts[] = {card->name,      card->summary, card->publisher,
                                 file->precision, file->format,  accuracy ? accuracy->dataset : ""};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcasestr(texts[i], word))
            return true;
    return false;
}

static bool is_asked_for(const struct model_question *question, const struct miev_card *card,
                         const struct miev_card_file *file)
{
    return (!question->search || mentions(card, file, question->search)) &&
           (!question->task || strcmp(card->task, question->task) == 0);
}

/* ---- in what order -------------------------------------------------------------------------- */

static double grams_of(const json_t *last, const struct miev_card_file *file)
{
    const json_t *line = *file->sha256 ? json_object_get(last, file->sha256) : NULL;
    return miev_field_number(miev_field_at(line, "per_inference_g"), "value");
}

static void set_measure(struct model_row *row, const char *sort)
{
    const struct miev_card_accuracy *accuracy =
        miev_card_accuracy_of(row->card, row->file->precision);
    double measure = 0;
    row->group = "";
    if (sort && strcmp(sort, "accuracy") == 0) {
        measure = accuracy ? -accuracy->top1 : (double)NAN;
        row->group = accuracy ? accuracy->dataset : "\xff"; /* after every name */
    } else if (sort && strcmp(sort, "carbon") == 0) {
        measure = row->grams;
    } else if (sort && strcmp(sort, "size") == 0) {
        measure = model_megabytes(row->file);
    }
    row->measure = isnan(measure) ? (double)INFINITY : measure;
}

static int by_measure(const void *left, const void *right)
{
    const struct model_row *a = left, *b = right;
    int group = strcmp(a->group, b->group);
    if (group != 0)
        return group;
    if (a->measure != b->measure)
        return a->measure < b->measure ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static int by_name(const void *left, const void *right)
{
    const struct model_row *a = left, *b = right;
    int order = strcmp(a->card->name, b->card->name);
    return order != 0 ? order : by_measure(left, right);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void add_files(struct model_rows *rows, const struct miev_card *card,
                      const struct model_question *question, const json_t *last)
{
    size_t before = rows->n;
    bool far = false;
    for (size_t i = 0; i < card->n_files; i++) {
        const struct miev_card_file *file = &card->files[i];
        double size_mb = model_megabytes(file);
        if (!is_asked_for(question, card, file))
            continue;
        if (!*file->path && !question->far) {
            far = true;
            continue;
        }
        if (question->max_mb > 0 && !(size_mb <= question->max_mb)) {
            rows->n_unknown_size += isnan(size_mb) ? 1 : 0;
            continue;
        }
        struct model_row row = {
            .card = card, .file = file, .place = rows->n, .grams = grams_of(last, file)};
        set_measure(&row, question->sort);
        rows->list[rows->n++] = row;
    }
    rows->n_far += far && rows->n == before;
}

bool model_rows_make(struct model_rows *rows, const struct miev_catalog *catalog,
                     const struct model_question *question, const json_t *last)
{
    *rows = (struct model_rows){0};
    rows->list = calloc(catalog->n * MIEV_CARD_MAX_FILES + 1, sizeof(*rows->list));
    if (!rows->list)
        return false;
    for (size_t i = 0; i < catalog->n; i++)
        add_files(rows, &catalog->cards[i], question, last);
    bool named = question->sort && strcmp(question->sort, "name") == 0;
    qsort(rows->list, rows->n, sizeof(*rows->list), named ? by_name : by_measure);
    return true;
}

void model_rows_finish(struct model_rows *rows)
{
    free(rows->list);
    *rows = (struct model_rows){0};
}
