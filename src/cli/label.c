/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/label.h"

#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "core/error.h"
#include "core/file.h"
#include "core/sha256.h"
#include "export/field.h"

#define MODEL_MAX_BYTES ((size_t)4 << 30)

/* Whether the label is of this file: by its sha256. */
static int look_at_file(const char *path, const json_t *label, bool *stale, struct miev_error *err)
{
    const json_t *models = miev_field_at(miev_field_at(label, "report"), "models");
    const json_t *model = json_array_get(models, (size_t)miev_field_number(label, "model"));
    char *bytes = NULL, sha256[65];
    size_t length = 0;
    *stale = false;
    int rc = path ? miev_file_load(path, MODEL_MAX_BYTES, &bytes, &length, err) : MIEV_OK;
    if (rc != MIEV_OK || !path)
        return rc;
    miev_sha256_hex(bytes, length, sha256);
    *stale = strcmp(sha256, miev_field_text(model, "sha256")) != 0;
    free(bytes);
    return MIEV_OK;
}

int label_refuse_stale(const struct label_choice *choice, bool stale, struct miev_error *err)
{
    if (!stale)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "the report is of another file than %.200s: measure that one",
                          choice->file);
}

/* Manufacturing counts whatever is asked: a label without it would look better than it is. */
static int make(const struct label_choice *choice, const char *word,
                const struct miev_price_options *asked, json_t **label, struct miev_error *err)
{
    struct report_source source = {.report = NULL};
    struct miev_price_options place = *asked;
    place.embodied = true;
    int rc = report_open_priceable(word, &source, err);
    if (rc == MIEV_OK)
        rc = miev_report_price(source.report, &place, err);
    if (rc == MIEV_OK)
        rc = miev_label_make(source.report, choice->model, choice->reference, label, err);
    report_close(&source);
    return rc;
}

int label_open(const char *command, const struct label_choice *choice, char **words, size_t n_words,
               json_t **label, bool *stale)
{
    struct miev_price_options place;
    struct miev_site site;
    struct miev_error err;
    if (n_words == 0)
        return report_missing(command);
    if (site_options(&choice->site, &site, &place, &err) != MIEV_OK)
        return cli_usage_error(command, &err);
    if (make(choice, words[0], &place, label, &err) != MIEV_OK ||
        look_at_file(choice->file, *label, stale, &err) != MIEV_OK)
        return cli_fail(&err);
    return CLI_OK;
}
