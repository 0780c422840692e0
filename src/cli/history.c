/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/history.h"

#include <stdio.h>

struct miev_keep *history_begin(const struct history_settings *settings,
                                const struct miev_price_options *price, struct miev_keep *keep)
{
    if (settings->off)
        return NULL;
    miev_keep_open(keep, miev_env_host(), settings->name, price);
    return keep;
}

void history_finish(struct miev_keep *keep, const json_t *report)
{
    if (keep)
        (void)miev_keep_finish(keep, report); /* history_tell says how that went */
}

void history_tell(struct miev_keep *keep, const struct output_settings *output)
{
    if (!keep)
        return;
    if (keep->status != MIEV_OK)
        (void)fprintf(stderr, "miev: this study is not kept in the history: %s\n",
                      keep->error.message);
    else if (keep->row.id != 0 && output && !output->quiet && output_shows_table(output))
        printf("Kept as #%lld ('miev history show %lld').\n", (long long)keep->row.id,
               (long long)keep->row.id);
    miev_keep_close(keep);
}
