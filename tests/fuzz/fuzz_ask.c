/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the first line of a request, as the JSON of a study, and as the headers by which a
 * file of the page is chosen: what is taken is within its bounds and clean, all else is refused in
 * a sentence. */
#include "core/json.h"
#include "core/text.h"
#include "fuzz.h"
#include "server/ask.h"
#include "server/ask_estimate.h"
#include "server/page.h"
#include "server/target.h"
#include "study/study.h"

static void check_text(const char *text)
{
    while (*text) {
        uint32_t point = miev_text_next(&text);
        fuzz_require(point != MIEV_TEXT_BAD && point >= 0x20 && point != 0x7f);
    }
}

/* 0: not said, which is a region's own, or 1. */
static void check_pue(double pue)
{
    fuzz_require(pue == 0 || (pue >= 1 && pue <= 10));
}

/* 0: not said. */
static void check_lifetime(double lifetime_s)
{
    fuzz_require(lifetime_s == 0 ||
                 (lifetime_s >= MIEV_SITE_MIN_LIFETIME_YEARS * MIEV_SITE_YEAR_S &&
                  lifetime_s <= MIEV_SITE_MAX_LIFETIME_YEARS * MIEV_SITE_YEAR_S));
}

static void check_ask(struct miev_ask *ask)
{
    size_t n = json_array_size(ask->models);
    fuzz_require(n >= 1 && n <= MIEV_STUDY_MAX_MODELS);
    fuzz_require(ask->threads >= 1 && ask->threads <= 1024);
    fuzz_require(ask->budget_s >= 0 && ask->budget_s <= MIEV_ASK_MAX_BUDGET_S);
    fuzz_require(ask->target_ratio >= 0.001 && ask->target_ratio <= 1);
    fuzz_require(ask->grid.n_threads <= MIEV_SWEEP_MAX_VALUES &&
                 ask->grid.n_batches <= MIEV_SWEEP_MAX_VALUES &&
                 ask->grid.n_delegates <= MIEV_SWEEP_MAX_DELEGATES);
    check_pue(ask->site.wish.pue);
    fuzz_require(!(ask->site.wish.zone && ask->site.wish.intensity_g_per_kwh >= 0));
    check_text(ask->name);
    check_text(ask->input);
    check_text(ask->delegate);
    miev_ask_finish(ask);
}

static void check_target(const char *text)
{
    struct miev_error err = {.code = MIEV_OK};
    struct miev_target target;
    struct miev_ask ask;
    struct miev_ask_site site;
    struct miev_ask_estimate estimate;
    struct miev_ask_alternatives alternatives;
    if (miev_target_parse(text, &target, &err) != MIEV_OK) {
        fuzz_require(err.message[0] != '\0');
        return;
    }
    for (size_t i = 0; i < target.n_segments; i++) {
        fuzz_require(*target.segments[i] != '\0' && !strchr(target.segments[i], '/'));
        fuzz_require(strcmp(target.segments[i], "..") != 0);
        check_text(target.segments[i]);
    }
    for (size_t i = 0; i < target.n_fields; i++)
        fuzz_require(miev_target_field(&target, target.fields[i].name) == target.fields[i].value);
    if (miev_ask_from_query(&target, &ask, &err) == MIEV_OK)
        check_ask(&ask);
    if (miev_ask_estimate_from_query(&target, &estimate, &err) == MIEV_OK) {
        fuzz_require(estimate.hardware.hours > 0 && estimate.hardware.usage >= 0);
        fuzz_require(estimate.hardware.usage <= 1 && estimate.hardware.sockets >= 1);
    }
    if (miev_ask_site_from_query(&target, NULL, &site, &err) == MIEV_OK) {
        check_pue(site.wish.pue);
        fuzz_require(site.wish.requests_per_day >= 0);
        check_lifetime(site.wish.lifetime_s);
        fuzz_require(site.hour == 0 || (site.hour > 0 && site.wish.intensity_g_per_kwh < 0));
    }
    if (miev_ask_alternatives_from_query(&target, &alternatives, &err) == MIEV_OK) {
        check_lifetime(alternatives.site.wish.lifetime_s);
        fuzz_require(alternatives.site.hour == 0 && alternatives.max_latency_ms >= 0);
        fuzz_require(alternatives.min_accuracy_percent >= 0 &&
                     alternatives.min_accuracy_percent <= 100);
        check_text(alternatives.regions);
    }
}

static void check_json(const char *text, size_t size)
{
    struct miev_error err = {.code = MIEV_OK};
    struct miev_ask ask;
    json_t *document = NULL;
    if (miev_json_parse(text, size, &document, &err) != MIEV_OK)
        return;
    if (json_is_object(document) && miev_ask_from_json(document, &ask, &err) == MIEV_OK)
        check_ask(&ask);
    json_decref(document);
}

static void check_headers(const char *text)
{
    static const unsigned char bytes[] = "12";
    const struct miev_page_file file = {
        "/", "text/html", {{bytes, bytes + 1}, {bytes, bytes + 1}, {bytes, bytes + 2}}};
    fuzz_require(miev_page_choose(&file, text) <= MIEV_PAGE_RAW);
    (void)miev_page_matches(text, "\"0123456789\"");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    check_target(text);
    check_json(text, size);
    check_headers(text);
    free(text);
    return 0;
}
