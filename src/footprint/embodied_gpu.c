/* SPDX-License-Identifier: Apache-2.0 */
/* What making a graphics card emitted: data/embodied_gpu.csv, by the words of its name. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/csv.h"
#include "core/data.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"
#include "footprint/footprint.h"

#define G_PER_KG 1e3
#define WORDS    128
/* The line of a card that no other line names. */
#define ANY_CARD "any"

/* Columns of data/embodied_gpu.csv. */
enum { CARD, LOW, VALUE, HIGH, BASIS, SOURCE };

/* A letter of a word in lower case, a digit, or a space for all else. */
static char plain(char c)
{
    static const char small[] = "abcdefghijklmnopqrstuvwxyz";
    if (c >= 'A' && c <= 'Z')
        return small[c - 'A'];
    return (char)((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : ' ');
}

/* "NVIDIA A100-SXM4-40GB" and "NVIDIA A100 SXM4 40 GB" -> " nvidia a100 sxm4 40gb ". */
static void split(const char *name, char out[WORDS])
{
    size_t used = 1;
    out[0] = ' ';
    for (; *name != '\0' && used + 2 < WORDS; name++) {
        char c = plain(*name), last = out[used - 1];
        bool unit = strncasecmp(name, "GB", 2) == 0 && last == ' ' && used > 1;
        if (unit && out[used - 2] >= '0' && out[used - 2] <= '9')
            used--;
        if (c != ' ' || last != ' ')
            out[used++] = c;
    }
    if (out[used - 1] != ' ')
        out[used++] = ' ';
    out[used] = '\0';
}

/* Every word of one of the ways that a line names its card ("h100 hbm3|h100 sxm") is one of the
 * name's. */
static bool one_way_fits(const char *ways, const char *words)
{
    while (*ways != '\0') {
        size_t length = strcspn(ways, "|");
        const char *end = ways + length;
        bool fits = length > 0;
        for (const char *at = ways; fits && at < end;) {
            char word[32];
            size_t n = strcspn(at, " |");
            (void)snprintf(word, sizeof(word), " %.*s ", (int)(n < 28 ? n : 28), at);
            fits = strstr(words, word) != NULL;
            at += n + (at + n < end);
        }
        if (fits)
            return true;
        ways = end + (*end == '|');
    }
    return false;
}

static int read_row(const struct miev_csv_row *row, const char *name,
                    struct miev_embodied_card *out, struct miev_error *err)
{
    struct miev_embodied_card card = {.listed = strcmp(miev_csv_field(row, CARD), ANY_CARD) != 0};
    int rc = miev_parse_double(miev_csv_field(row, LOW), &card.total_g.low, err);
    if (rc == MIEV_OK)
        rc = miev_parse_double(miev_csv_field(row, VALUE), &card.total_g.value, err);
    if (rc == MIEV_OK)
        rc = miev_parse_double(miev_csv_field(row, HIGH), &card.total_g.high, err);
    if (rc != MIEV_OK)
        return rc;
    card.total_g.low *= G_PER_KG;
    card.total_g.value *= G_PER_KG;
    card.total_g.high *= G_PER_KG;
    miev_text_show(card.name, sizeof(card.name), *name ? name : "a graphics card");
    (void)snprintf(card.source, sizeof(card.source), "%.60s: %.120s", miev_csv_field(row, BASIS),
                   miev_csv_field(row, SOURCE));
    *out = card;
    return MIEV_OK;
}

int miev_embodied_card_named(const char *name, struct miev_embodied_card *out,
                             struct miev_error *err)
{
    const char *cursor = miev_data_embodied_gpu;
    struct miev_csv_row row;
    char words[WORDS];
    split(name, words);
    (void)miev_csv_next(&cursor, &row); /* its head, which a card may share a word with */
    while (miev_csv_next(&cursor, &row))
        if (strcmp(miev_csv_field(&row, CARD), ANY_CARD) == 0 ||
            one_way_fits(miev_csv_field(&row, CARD), words))
            return read_row(&row, name, out, err);
    return miev_error_set(err, MIEV_ERR_BROKEN, "the table of cards has no line for any card");
}
