/* SPDX-License-Identifier: Apache-2.0 */
/* What one model of a report costs, in a form to publish. */
#include "core/error.h"
#include "export/label_forms.h"
#include "server/call.h"
#include "server/priced.h"
#include "study/label.h"

static int find_form(const struct miev_call *call, const struct miev_label_form **out,
                     struct miev_error *err)
{
    const char *wanted = miev_call_field(call, "form");
    *out = wanted ? miev_label_form_named(wanted) : &miev_label_forms[0];
    return *out ? MIEV_OK
                : miev_error_set(err, MIEV_ERR_INVALID,
                                 "'form' must be " MIEV_LABEL_FORM_WORDS ", not '%.40s'", wanted);
}

void miev_api_label(struct miev_call *call)
{
    static const char *const others[] = {"model", "form", "reference", NULL};
    const struct miev_label_form *form = NULL;
    struct miev_ask_site site;
    struct miev_store_row row;
    struct miev_error err;
    json_t *report = NULL, *label = NULL;
    int rc = find_form(call, &form, &err);
    if (rc == MIEV_OK)
        rc = miev_priced_open(call, others, &site, &row, &report, &err);
    if (rc == MIEV_OK)
        rc = miev_label_make(report, miev_call_field(call, "model"),
                             miev_call_field(call, "reference"), &label, &err);
    if (rc == MIEV_OK)
        (void)miev_priced_write(call, form->type, label, form->write);
    else
        miev_answer_error(call, &err);
    json_decref(report);
    json_decref(label);
}
