/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of any text: every field is a string within the row. */
#include <stdlib.h>
#include <string.h>

#include "core/csv.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    const char *cursor = text;
    struct miev_csv_row row;
    while (miev_csv_next(&cursor, &row))
        for (size_t i = 0; i <= row.n_fields; i++)
            if (strlen(miev_csv_field(&row, i)) >= sizeof(row.text))
                abort();
    free(text);
    return 0;
}
