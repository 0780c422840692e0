/* SPDX-License-Identifier: Apache-2.0 */
/* The forms that a label takes, as its command and its address name them. */
#ifndef MIEV_EXPORT_LABEL_FORMS_H
#define MIEV_EXPORT_LABEL_FORMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#define MIEV_LABEL_FORM_WORDS "markdown, svg, sci or codecarbon"

struct miev_label_form {
    const char *name;
    const char *type; /* of media */
    bool (*write)(const json_t *label, FILE *file);
    /* The same for a label of another file than is meant; NULL: it cannot say so. */
    bool (*write_stale)(const json_t *label, FILE *file);
};

/* All of them, the usual one first; ends with a NULL name. */
extern const struct miev_label_form miev_label_forms[];
/* The one of that name, or NULL. */
const struct miev_label_form *miev_label_form_named(const char *name);

#endif
