/* SPDX-License-Identifier: Apache-2.0 */
#include "study/hardware_names.h"

#include <stdio.h>
#include <string.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/error.h"
#include "core/file.h"

bool miev_hardware_holds(const char *name, const char *words)
{
    char word[32];
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        (void)snprintf(word, sizeof(word), "%.*s", (int)(length < 31 ? length : 31), words);
        if (*word && !strcasestr(name, word))
            return false;
        words += length;
        words += strspn(words, " ");
    }
    return true;
}

/* The first column, or the first two as "aws:m5.xlarge". False for the line of headings, whose
 * next column is no number. */
static bool read_name(const struct miev_csv_row *row, bool of_provider, char out[96])
{
    double number = 0;
    if (miev_parse_double(miev_csv_field(row, of_provider ? 2 : 1), &number, NULL) != MIEV_OK)
        return false;
    if (of_provider)
        (void)snprintf(out, 96, "%.15s:%.63s", miev_csv_field(row, 0), miev_csv_field(row, 1));
    else
        (void)snprintf(out, 96, "%.90s", miev_csv_field(row, 0));
    return true;
}

int miev_hardware_names(const char *kind, const char *words, size_t most, json_t **out,
                        struct miev_error *err)
{
    bool cpu = strcmp(kind, "cpu") == 0, instance = strcmp(kind, "instance") == 0;
    const char *cursor = cpu        ? miev_data_cpu_tdp
                         : instance ? miev_data_cloud_machine
                                    : miev_data_gpu_tdp;
    struct miev_csv_row row;
    char name[96];
    if (!cpu && !instance && strcmp(kind, "gpu") != 0)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "no kind of hardware is called '%.40s': say cpu, gpu or instance",
                              kind);
    json_t *list = json_array();
    while (json_array_size(list) < most && miev_csv_next(&cursor, &row))
        if (read_name(&row, instance, name) && miev_hardware_holds(name, words))
            (void)json_array_append_new(list, json_string(name));
    *out = list;
    return MIEV_OK;
}
