/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include <string.h>

static const struct {
    const char *name;
    enum value_kind kind;
} kinds[] = {
    {"FILE", VALUE_FILE},       {"DIR", VALUE_FOLDER},  {"FOLDER", VALUE_FOLDER},
    {"ZONE", VALUE_ZONE},       {"MODEL", VALUE_MODEL}, {"REPORT", VALUE_FILE},
    {"COMMAND", VALUE_COMMAND},
};

static struct completed named(const char *name, size_t length)
{
    struct completed out = {.kind = VALUE_ANY};
    (void)snprintf(out.name, sizeof(out.name), "%.*s", (int)length, name);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(out.name, kinds[i].name) == 0)
            out.kind = kinds[i].kind;
    return out;
}

struct completed complete_option(const struct arg_option *option)
{
    if (!option->value_name)
        return (struct completed){.kind = VALUE_NONE};
    struct completed out = named(option->value_name, strlen(option->value_name));
    if (option->choices) {
        out.kind = VALUE_CHOICE;
        (void)snprintf(out.choices, sizeof(out.choices), "%s", option->choices);
    }
    return out;
}

bool complete_only_equals(const struct arg_option *option)
{
    return option->kind == ARG_MAYBE;
}

/* "[MODEL...] --input FILE" begins with MODEL, "bash|zsh" with a choice, "[--root DIR]" with none.
 */
struct completed complete_words(const struct arg_usage *usage)
{
    const char *word = usage->synopsis + (usage->synopsis[0] == '[');
    size_t length = strcspn(word, " ].");
    if (usage->max_words == 0 || length == 0 || word[0] == '-')
        return (struct completed){.kind = VALUE_NONE};
    struct completed out = named(word, length);
    if (memchr(word, '|', length)) {
        out.kind = VALUE_CHOICE;
        (void)snprintf(out.choices, sizeof(out.choices), "%.*s", (int)length, word);
        for (char *at = out.choices; (at = strchr(at, '|'));)
            *at = ' ';
    }
    return out;
}

void complete_put(FILE *file, const char *text, const char *escaped, const char *quote)
{
    for (; *text; text++) {
        if (*text == '\'')
            (void)fputs(quote, file);
        else if (*text == '\n')
            (void)fputc(' ', file);
        else
            (void)fprintf(file, "%s%c", strchr(escaped, *text) ? "\\" : "", *text);
    }
}
