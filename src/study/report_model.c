/* SPDX-License-Identifier: Apache-2.0 */
#include "study/report_model.h"

#include <string.h>

#include "core/error.h"
#include "core/field.h"
#include "core/file.h"

int miev_report_model_find(const json_t *models, const char *wanted, size_t *out,
                           struct miev_error *err)
{
    uint64_t number = 0;
    *out = 0;
    if (!wanted && json_array_size(models) > 0)
        return MIEV_OK;
    for (size_t i = 0; wanted && i < json_array_size(models); i++) {
        *out = i;
        if (strcmp(miev_field_text(json_array_get(models, i), "name"), wanted) == 0)
            return MIEV_OK;
    }
    if (wanted && miev_parse_u64(wanted, &number, NULL) == MIEV_OK &&
        number < json_array_size(models)) {
        *out = (size_t)number;
        return MIEV_OK;
    }
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "'model' must be the name of one of the report's models, or its place "
                          "from 0");
}
