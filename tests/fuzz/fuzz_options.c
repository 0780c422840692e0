/* SPDX-License-Identifier: Apache-2.0 */
/* Any words as a command line, one a line: numbers lie within their bounds, or a sentence says why
 * not. And any number in units: it fits its room and reads as a number of its size again. */
#include <math.h>

#include "cli/args.h"
#include "core/file.h"
#include "core/units.h"
#include "fuzz.h"

#define MAX_WORDS 32

struct settings {
    double rate, count, seconds;
    const char *text, *maybe;
    bool flag;
};

static const struct arg_option options[] = {
    ARG_NUMBER_AT(struct settings, rate, "--rate", "N", 0, 1e15, "a number"),
    ARG_COUNT_AT(struct settings, count, "--count", "N", 1, 64, "a whole number"),
    ARG_NUMBER_AT(struct settings, seconds, "--seconds", "S", -1, 10, "a number below 0 too"),
    ARG_TEXT_AT(struct settings, text, "--text", "WORD", "a word"),
    ARG_MAYBE_AT(struct settings, maybe, "--maybe", "WORD", "with or without"),
    ARG_FLAG_AT(struct settings, flag, "--flag", "a flag"),
    {.name = NULL},
};

static size_t split(char *text, char **words)
{
    size_t n = 0;
    for (char *rest = text; rest && n < MAX_WORDS;)
        words[n++] = strsep(&rest, "\n");
    return n;
}

static void check_command(char *text)
{
    static const struct arg_usage usage = {.options = options, .max_words = 3};
    struct settings settings = {.count = 1};
    struct miev_error err = {.code = MIEV_OK};
    char *words[MAX_WORDS];
    struct arg_words found = {0};
    size_t n = split(text, words);
    int rc = args_parse((int)n, words, "test", &usage, &settings, &found, &err);
    fuzz_require(rc == MIEV_OK ? found.n <= 3 : err.message[0] != '\0');
    fuzz_require(settings.rate >= 0 && settings.rate <= 1e15);
    fuzz_require(settings.count >= 1 && settings.count <= 64 &&
                 settings.count == floor(settings.count));
    fuzz_require(settings.seconds >= -1 && settings.seconds <= 10);
}

static void check_number(double value)
{
    char number[MIEV_NUMBER_SIZE], interval[MIEV_INTERVAL_SIZE];
    miev_format_number(number, sizeof(number), value);
    fuzz_require(number[0] != '\0' && strlen(number) + 1 < sizeof(number));
    double shown = strtod(number, NULL);
    if (fabs(value) < 1e308) /* three digits of the largest are more than it */
        fuzz_require(fabs(shown - value) <= 0.006 * fabs(value));
    for (int quantity = MIEV_QUANTITY_ENERGY_J; quantity <= MIEV_QUANTITY_MASS_G; quantity++) {
        const double values[3] = {value, value * 2, -value};
        struct miev_unit unit =
            miev_unit_for((enum miev_quantity)quantity, values, 3, quantity % 2 == 0);
        fuzz_require(unit.size > 0 && unit.name[0] != '\0');
        miev_format_interval(interval, sizeof(interval), value, values[2], values[1], &unit);
        fuzz_require(strlen(interval) < sizeof(interval) - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    double value = 0;
    char *text = fuzz_text(data, size);
    if (size >= sizeof(value)) {
        memcpy(&value, data, sizeof(value));
        check_number(value);
    }
    if (miev_parse_double(text, &value, NULL) == MIEV_OK) {
        fuzz_require(isfinite(value) && text[strspn(text, "0123456789+-.eE")] == '\0');
        check_number(value);
    }
    check_command(text);
    free(text);
    return 0;
}
