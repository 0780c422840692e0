/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/write_html.h"

#include "export/export.h"
#include "server/page_files.h"
#include "study/places.h"

bool write_html_can(void)
{
    return miev_page_standalone.type != NULL;
}

bool write_html(const json_t *report, FILE *file)
{
    const unsigned char *begin = miev_page_standalone.encodings[MIEV_PAGE_RAW].begin;
    const unsigned char *end = miev_page_standalone.encodings[MIEV_PAGE_RAW].end;
    struct miev_site site;
    struct miev_price_options price;
    json_t *places = NULL;
    if (!write_html_can())
        return false;
    miev_report_priced_by(report, &site, &price);
    const struct miev_site_wish wish = {
        .intensity_g_per_kwh = -1, .pue = site.pue, .no_embodied = !price.embodied};
    bool ok = miev_report_places(report, &wish, &places, NULL) == MIEV_OK &&
              miev_export_html(report, places, (const char *)begin, (size_t)(end - begin), file);
    json_decref(places);
    return ok;
}
