/* SPDX-License-Identifier: Apache-2.0 */
/* How a model is used elsewhere, as texts (export/use.h) of what its card and a report know. */
#ifndef MIEV_STUDY_USE_H
#define MIEV_STUDY_USE_H

#include <jansson.h>

#include "model/card.h"

/* {"python", "c", "licence", "methods", "bibtex"}; null: what it takes is not known. A card without
 * preprocessing of its own (a bare file's) takes that of the report. report: the newest that
 * measured the file, or NULL. New reference. */
json_t *miev_use_json(const struct miev_card *card, const struct miev_card_file *file,
                      const json_t *report);

/* "tflite", "onnx" or "saved_model". model: as a report tells it, or NULL. */
const char *miev_use_format(const struct miev_card_file *file, const json_t *model);

/* The model of a report whose file has that hash, borrowed; NULL: none. */
const json_t *miev_use_model_of(const json_t *report, const char *sha256);

#endif
