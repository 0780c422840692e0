/* SPDX-License-Identifier: Apache-2.0 */
#include "export/label_forms.h"

#include <string.h>

#include "export/export.h"

static bool write_badge(const json_t *label, FILE *file)
{
    return miev_export_badge(label, false, file);
}

static bool write_stale_badge(const json_t *label, FILE *file)
{
    return miev_export_badge(label, true, file);
}

const struct miev_label_form miev_label_forms[] = {
    {"markdown", "text/markdown; charset=utf-8", miev_export_label, NULL},
    {"svg", "image/svg+xml", write_badge, write_stale_badge},
    {"sci", "application/json", miev_export_sci, NULL},
    {"codecarbon", "text/csv; charset=utf-8", miev_export_codecarbon, NULL},
    {NULL, NULL, NULL, NULL},
};

const struct miev_label_form *miev_label_form_named(const char *name)
{
    for (const struct miev_label_form *form = miev_label_forms; form->name; form++)
        if (strcmp(form->name, name) == 0)
            return form;
    return NULL;
}
