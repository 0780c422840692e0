/* SPDX-License-Identifier: Apache-2.0 */
/* A first mapping by the words of folders and labels, for people to mend: no word list knows that a
 * beagle is a dog. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "eval/groups.h"

#define WORD_BYTES 64

/* The next word of a name: what is neither letter nor digit parts words; folded, without the "s" of
 * a plural. False at the end. */
static bool next_word(const char **at, char out[WORD_BYTES])
{
    char raw[WORD_BYTES];
    size_t n = 0;
    const char *from = *at;
    while (*from && !isalnum((unsigned char)*from) && !((unsigned char)*from & 0x80))
        from++;
    while (isalnum((unsigned char)*from) || ((unsigned char)*from & 0x80)) {
        if (n < sizeof(raw) - 1)
            raw[n++] = *from;
        from++;
    }
    raw[n] = '\0';
    *at = from;
    miev_text_fold(out, WORD_BYTES, raw);
    size_t length = strlen(out);
    if (length > 3 && out[length - 1] == 's' && out[length - 2] != 's')
        out[length - 1] = '\0';
    return n > 0;
}

static bool holds_word(const char *label, const char *wanted)
{
    char word[WORD_BYTES];
    while (next_word(&label, word))
        if (strcmp(word, wanted) == 0)
            return true;
    return false;
}

static bool holds_all(const char *label, const char *folder)
{
    char word[WORD_BYTES];
    size_t n = 0;
    for (; next_word(&folder, word); n++)
        if (!holds_word(label, word))
            return false;
    return n > 0;
}

/* The same words in the same order. */
static bool same_words(const char *a, const char *b)
{
    char x[WORD_BYTES], y[WORD_BYTES];
    for (;;) {
        bool more = next_word(&a, x);
        if (more != next_word(&b, y))
            return false;
        if (!more || strcmp(x, y) != 0)
            return !more;
    }
}

static void put_field(FILE *to, const char *text)
{
    bool quoted = strpbrk(text, ",\"#") || isblank((unsigned char)text[0]);
    (void)fputs(quoted ? "\"" : "", to);
    for (; *text; text++) {
        if (*text == '"')
            (void)fputc('"', to);
        (void)fputc(iscntrl((unsigned char)*text) ? '?' : *text, to);
    }
    (void)fputs(quoted ? "\"" : "", to);
}

static bool is_one_of_several(const struct miev_class_names *names, size_t i)
{
    for (size_t k = 0; k < names->n_labels; k++)
        if (k != i && strcmp(names->labels[k], names->labels[i]) == 0)
            return true;
    return false;
}

static void put_label(FILE *to, const char *folder, const struct miev_class_names *names, size_t i)
{
    if (is_one_of_several(names, i)) {
        (void)fputs("# the next one is called ", to);
        put_field(to, names->labels[i]);
        (void)fputs(", as another class is\n", to);
    }
    put_field(to, folder);
    (void)fputc(',', to);
    if (is_one_of_several(names, i))
        (void)fprintf(to, "%zu", i);
    else
        put_field(to, names->labels[i]);
    (void)fputc('\n', to);
}

static void put_folder(FILE *to, const char *folder, const struct miev_class_names *names)
{
    size_t n = 0;
    for (size_t i = 0; i < names->n_labels; i++) {
        if (!same_words(names->labels[i], folder))
            continue;
        put_label(to, folder, names, i);
        n++;
    }
    for (size_t i = 0; i < names->n_labels; i++) {
        if (!holds_all(names->labels[i], folder) || same_words(names->labels[i], folder))
            continue;
        put_label(to, folder, names, i);
        n++;
    }
    if (n > 0)
        return;
    (void)fputs("# no label has all words of this one: name its labels, or leave it out by \"", to);
    put_field(to, folder);
    (void)fputs(",\"\n#", to);
    put_field(to, folder);
    (void)fputs(",\n", to);
}

char *miev_mapping_draft(const struct miev_dataset *dataset, const struct miev_class_names *names)
{
    char *text = NULL;
    size_t length = 0;
    FILE *to = open_memstream(&text, &length);
    if (!to)
        return NULL;
    (void)fprintf(
        to,
        "# folder,label: by words alone, so read it. More labels of a folder: more lines,\n"
        "# or a range of numbers from 0 to %zu (folder,151-268). \"folder,\" leaves it out.\n",
        names->n_classes - 1);
    for (size_t i = 0; i < dataset->n_classes; i++)
        put_folder(to, dataset->classes[i], names);
    if (fclose(to) == 0)
        return text;
    free(text);
    return NULL;
}
