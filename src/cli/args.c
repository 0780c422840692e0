/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/args.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "core/file.h"
#include "grid/suggest.h"

#define SUGGEST_LIMIT 2 /* slips of the finger that still count as near */

static const struct arg_option *find(const struct arg_option *options, const char *word,
                                     size_t length)
{
    for (; options->name; options++)
        if (strlen(options->name) == length && strncmp(options->name, word, length) == 0)
            return options;
    return NULL;
}

static int refuse_unknown(const struct arg_option *options, const char *word, size_t length,
                          struct miev_error *err)
{
    char name[64];
    const char *near = NULL;
    (void)snprintf(name, sizeof(name), "%.*s", length < 63 ? (int)length : 63, word);
    size_t best = SUGGEST_LIMIT + 1;
    for (; options->name; options++) {
        size_t distance = miev_grid_distance(name, options->name, SUGGEST_LIMIT);
        if (distance < best) {
            best = distance;
            near = options->name;
        }
    }
    if (near)
        return miev_error_set(err, MIEV_ERR_INVALID, "unknown option %s: did you mean %s?", name,
                              near);
    return miev_error_set(err, MIEV_ERR_INVALID, "unknown option %s", name);
}

static void *value_of(const struct arg_option *option, void *settings)
{
    return (char *)settings + option->at;
}

static int take_number(const struct arg_option *option, const char *text, void *settings,
                       struct miev_error *err)
{
    double value = 0;
    int rc = miev_parse_double(text, &value, err);
    if (rc != MIEV_OK)
        return miev_error_prefix(err, "%s", option->name);
    if (!(value >= option->min && value <= option->max))
        return miev_error_set(err, MIEV_ERR_INVALID, "%s must be from %.9g to %.9g, not %s",
                              option->name, option->min, option->max, text);
    if (option->kind == ARG_COUNT && value != floor(value))
        return miev_error_set(err, MIEV_ERR_INVALID, "%s must be a whole number", option->name);
    *(double *)value_of(option, settings) = value;
    return MIEV_OK;
}

/* One option at argv[*i]; *i moves on when its value is the next word. */
static int take_option(int argc, char **argv, int *i, const struct arg_option *options,
                       void *settings, struct miev_error *err)
{
    const char *word = argv[*i];
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const struct arg_option *option = find(options, word, length);
    if (!option)
        return refuse_unknown(options, word, length, err);
    if (option->kind == ARG_FLAG) {
        if (equals)
            return miev_error_set(err, MIEV_ERR_INVALID, "%s takes no value", option->name);
        *(bool *)value_of(option, settings) = true;
        return MIEV_OK;
    }
    const char *text = equals ? equals + 1 : option->kind == ARG_MAYBE ? "" : NULL;
    if (!text && *i + 1 < argc)
        text = argv[++*i];
    if (!text)
        return miev_error_set(err, MIEV_ERR_INVALID, "%s needs a value (%s)", option->name,
                              option->value_name);
    if (option->kind == ARG_NUMBER || option->kind == ARG_COUNT)
        return take_number(option, text, settings, err);
    *(const char **)value_of(option, settings) = text;
    return MIEV_OK;
}

static int check_words(const char *command, char **argv, size_t n_words, size_t most,
                       struct miev_error *err)
{
    if (n_words <= most)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID, "'%s' takes %s, and '%.60s' is one too many",
                          command,
                          most == 0   ? "no words"
                          : most == 1 ? "one word"
                                      : "fewer words",
                          argv[most]);
}

/* "-29.3,27.5" is a place: no option begins with a digit. */
static bool begins_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0' && !isdigit((unsigned char)word[1]);
}

int args_parse(int argc, char **argv, const char *command, const struct arg_usage *usage,
               void *settings, struct arg_words *out, struct miev_error *err)
{
    struct arg_words words = {0};
    bool only_words = false;
    for (int i = 0; i < argc; i++) {
        char *word = argv[i];
        if (only_words || !begins_option(word)) {
            argv[words.n++] = word;
        } else if (strcmp(word, "--") == 0) {
            only_words = true;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            words.help = true;
        } else {
            int rc = take_option(argc, argv, &i, usage->options, settings, err);
            if (rc != MIEV_OK)
                return rc;
        }
    }
    *out = words;
    return check_words(command, argv, words.n, usage->max_words, err);
}

static void print_option(const struct arg_option *option)
{
    char left[64];
    const char *line = option->help;
    bool maybe = option->kind == ARG_MAYBE;
    (void)snprintf(left, sizeof(left), "%s%s%s%s", option->name,
                   maybe                ? "[="
                   : option->value_name ? " "
                                        : "",
                   option->value_name ? option->value_name : "", maybe ? "]" : "");
    while (line) {
        const char *end = strchr(line, '\n');
        int length = end ? (int)(end - line) : (int)strlen(line);
        printf("  %-22s %.*s\n", left, length, line);
        left[0] = '\0';
        line = end ? end + 1 : NULL;
    }
}

void args_print_help(const char *command, const struct arg_usage *usage)
{
    printf("usage: miev %s %s\n\n%s\n\noptions:\n", command, usage->synopsis, usage->summary);
    for (const struct arg_option *option = usage->options; option->name; option++)
        print_option(option);
    printf("  %-22s %s\n", "--help", "show this text");
    if (usage->examples)
        printf("\nexamples:\n%s\n", usage->examples);
}
