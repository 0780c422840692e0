/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a report: it is refused with a sentence, or it can be priced, repeated and written,
 * and then reads the same again. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "study/price.h"
#include "study/repeat.h"
#include "study/report_check.h"

static void use(json_t *report)
{
    struct miev_error err = {0};
    struct miev_site site;
    struct miev_price_options price;
    json_t *again = NULL, *result = NULL;
    char *text = NULL, identity[65];
    size_t length = 0;
    if (miev_report_text(report, &text, &length, &err) != MIEV_OK ||
        miev_report_read(text, length, &again, &err) != MIEV_OK || !json_equal(report, again) ||
        miev_report_identity(report, identity, &err) != MIEV_OK || strlen(identity) != 64)
        abort();
    if (miev_repeat_compare(report, again, NULL, &result, &err) != MIEV_OK)
        abort();
    miev_report_priced_by(report, &site, &price);
    if (miev_report_price(report, &price, &err) != MIEV_OK && err.message[0] == '\0')
        abort();
    (void)miev_report_has_energy(report);
    free(text);
    json_decref(again);
    json_decref(result);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_error err = {0};
    json_t *report = NULL;
    if (miev_report_read((const char *)data, size, &report, &err) == MIEV_OK)
        use(report);
    else if (err.message[0] == '\0')
        abort();
    json_decref(report);
    return 0;
}
