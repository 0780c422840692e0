/* SPDX-License-Identifier: Apache-2.0 */
/* Any answer of a provider of live figures. The first byte chooses the provider, and whether the
 * answer is a forecast. */
#include <math.h>
#include <stdlib.h>

#include "core/json.h"
#include "fuzz.h"
#include "grid/live.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_live_point points[MIEV_LIVE_MAX_HOURS];
    json_t *document = NULL;
    size_t n = 0;
    if (size == 0)
        return 0;
    bool forecast = data[0] & 1;
    const struct miev_live_provider *provider = miev_live_providers[(data[0] >> 1) % 3];
    if (miev_json_parse((const char *)data + 1, size - 1, &document, NULL) != MIEV_OK)
        return 0;
    if (provider->read(document, forecast, points, &n, NULL) != MIEV_OK || n > MIEV_LIVE_MAX_HOURS)
        abort();
    for (size_t i = 0; i < n; i++)
        if (!(points[i].intensity_g_per_kwh >= 0 && points[i].intensity_g_per_kwh <= 10000) ||
            points[i].span_s == 0 || (i > 0 && points[i].at <= points[i - 1].at))
            abort();
    json_decref(document);
    return 0;
}
