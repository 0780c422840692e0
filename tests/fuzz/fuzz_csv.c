/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of any text: every field is a string within the row. */
#include "core/csv.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    const char *cursor = text;
    struct miev_csv_row row;
    while (miev_csv_next(&cursor, &row))
        for (size_t i = 0; i <= row.n_fields; i++)
            fuzz_require(strlen(miev_csv_field(&row, i)) < sizeof(row.text));
    free(text);
    return 0;
}
