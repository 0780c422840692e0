/* SPDX-License-Identifier: Apache-2.0 */
#include "study/selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/error.h"
#include "remote/address.h"

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int add_entry(struct miev_selection *selection, const struct miev_card *card,
                     const struct miev_card_file *file, struct miev_error *err)
{
    if (selection->n == MIEV_STUDY_MAX_MODELS)
        return miev_error_set(err, MIEV_ERR_LIMIT, "at most %d models can be compared at once",
                              MIEV_STUDY_MAX_MODELS);
    for (size_t i = 0; i < selection->n; i++)
        if (strcmp(selection->entries[i].file->path, file->path) == 0 ||
            same_file(selection->entries[i].file->path, file->path))
            return miev_error_set(err, MIEV_ERR_INVALID, "%s (%s) is named twice", card->name,
                                  file->precision);
    selection->entries[selection->n++] = (struct miev_study_entry){.card = card, .file = file};
    return MIEV_OK;
}

/* One sentence for a file that can be had but is not here. */
static int refuse_far(const struct miev_card *card, const char *precision, struct miev_error *err)
{
    bool all = strcmp(precision, "all") == 0;
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "%s%s%s is not on this machine: `miev pull %s%s%s` brings it", card->name,
                          all ? "" : ":", all ? "" : precision, card->name, all ? "" : ":",
                          all ? "" : precision);
}

static int add_card(struct miev_selection *selection, const struct miev_card *card,
                    const char *precision, struct miev_error *err)
{
    bool all = strcmp(precision, "all") == 0, far = false;
    int rc = MIEV_OK;
    size_t before = selection->n;
    for (size_t i = 0; rc == MIEV_OK && i < card->n_files; i++) {
        if (!all && strcmp(card->files[i].precision, precision) != 0)
            continue;
        if (*card->files[i].path)
            rc = add_entry(selection, card, &card->files[i], err);
        else
            far = true;
    }
    if (rc != MIEV_OK || selection->n > before)
        return rc;
    if (far)
        return refuse_far(card, precision, err);
    return miev_error_set(err, MIEV_ERR_INVALID, "%s has no %.20s file; it has %s%s%s", card->name,
                          precision, card->files[0].precision, card->n_files > 1 ? ", " : "",
                          card->n_files > 1 ? card->files[1].precision : "");
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);
    return a >= b && strcmp(text + a - b, end) == 0;
}

static bool is_path(const char *word)
{
    return strchr(word, '/') || ends_with(word, ".json") || ends_with(word, ".tflite") ||
           ends_with(word, ".lite") || ends_with(word, ".onnx");
}

/* A card or a bare model file of the user's own. */
static int add_path(struct miev_selection *selection, const char *path, const char *precision,
                    const struct miev_override *override, struct miev_error *err)
{
    struct miev_card *card = &selection->own[selection->n_own];
    struct miev_remote_address address;
    bool is_remote = miev_remote_is_address(path);
    bool is_card = !is_remote && ends_with(path, ".json");
    int rc = is_remote ? miev_remote_address_read(path, &address, err) : MIEV_OK;
    if (rc == MIEV_OK)
        rc = is_card     ? miev_card_load(path, card, err)
             : is_remote ? miev_card_bare(path, card, err)
                         : miev_card_for_file(path, card, err);
    if (rc != MIEV_OK)
        return rc;
    if (is_remote)
        (void)snprintf(card->name, sizeof(card->name), "%.60s%s%.60s", address.model,
                       *address.version ? "/" : "", address.version);
    selection->n_own++;
    rc = miev_card_override(card, override, err);
    if (rc != MIEV_OK)
        return rc;
    return is_card ? add_card(selection, card, precision, err)
                   : add_entry(selection, card, &card->files[0], err);
}

/* The last n folders of a path and its last part: "b/net.tflite" of "a/b/net.tflite" and 1. */
static const char *path_end(const char *path, size_t n)
{
    const char *at = path + strlen(path);
    for (; at > path; at--)
        if (at[-1] == '/' && n-- == 0)
            break;
    return at;
}

/* Two bare files of one name get as many of their folders before it as tell them apart. */
static void tell_apart(struct miev_card *a, struct miev_card *b)
{
    const char *x = a->files[0].path, *y = b->files[0].path;
    if (!a->bare || !b->bare || strcmp(path_end(x, 0), path_end(y, 0)) != 0 || same_file(x, y))
        return;
    size_t n = 1;
    while (strcmp(path_end(x, n), path_end(y, n)) == 0 &&
           (path_end(x, n) > x || path_end(y, n) > y))
        n++;
    (void)snprintf(a->name, sizeof(a->name), "%.127s", path_end(x, n));
    (void)snprintf(b->name, sizeof(b->name), "%.127s", path_end(y, n));
}

static int check_override(const struct miev_selection *selection,
                          const struct miev_override *override, struct miev_error *err)
{
    const char *name = override->labels      ? "--labels"
                       : override->normalise ? "--normalise"
                       : override->crop      ? "--crop"
                                             : NULL;
    if (!name || selection->n_own > 0)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "%s is for models that are named by a path, and none is: what a bundled "
                          "model needs stands in its card",
                          name);
}

/* "name" or "name:precision". */
static int add_name(struct miev_selection *selection, const char *word, const char *precision,
                    struct miev_error *err)
{
    char name[128];
    const struct miev_card *card = NULL;
    const char *colon = strchr(word, ':');
    size_t length = colon ? (size_t)(colon - word) : strlen(word);
    (void)snprintf(name, sizeof(name), "%.*s", length < 127 ? (int)length : 127, word);
    int rc = miev_catalog_find(&selection->catalog, name, &card, err);
    return rc != MIEV_OK ? rc : add_card(selection, card, colon ? colon + 1 : precision, err);
}

/* --precision chooses among a card's files: without a card it would do nothing. */
static int check_precision(const struct miev_selection *selection, const char *precision,
                           struct miev_error *err)
{
    for (size_t i = 0; i < selection->n; i++)
        if (strcmp(precision, "all") == 0 || !selection->entries[i].card->bare)
            return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "--precision %.20s chooses among the files of a bundled model or a card; "
                          "%s is measured as it is",
                          precision, selection->entries[0].card->name);
}

int miev_selection_make(struct miev_selection *selection, char **words, size_t n_words,
                        const char *precision, const struct miev_override *override,
                        struct miev_error *err)
{
    *selection = (struct miev_selection){.n = 0};
    int rc = miev_catalog_load_home(miev_env_host(), &selection->catalog, err);
    selection->own = calloc(n_words + 1, sizeof(*selection->own));
    if (rc == MIEV_OK && !selection->own)
        rc = miev_error_set(err, MIEV_ERR_NOMEM, "no memory for %zu models", n_words);
    for (size_t i = 0; rc == MIEV_OK && i < n_words; i++)
        rc = is_path(words[i]) ? add_path(selection, words[i], precision, override, err)
                               : add_name(selection, words[i], precision, err);
    for (size_t i = 0; rc == MIEV_OK && n_words == 0 && i < selection->catalog.n; i++)
        if (selection->catalog.cards[i].place == MIEV_PLACE_BUNDLED)
            rc = add_card(selection, &selection->catalog.cards[i], precision, err);
    if (rc == MIEV_OK && selection->n == 0)
        rc = miev_error_set(err, MIEV_ERR_INVALID, "no models are bundled here: name a file");
    if (rc == MIEV_OK)
        rc = check_precision(selection, precision, err);
    if (rc == MIEV_OK)
        rc = check_override(selection, override, err);
    for (size_t i = 0; rc == MIEV_OK && i < selection->n_own; i++)
        for (size_t k = 0; k < i; k++)
            tell_apart(&selection->own[i], &selection->own[k]);
    return rc;
}

static bool is_used(const struct miev_selection *selection, const struct miev_card *card)
{
    for (size_t i = 0; i < selection->n; i++)
        if (selection->entries[i].card == card)
            return true;
    return false;
}

/* The entries of a card that lies elsewhere now. */
static void follow(struct miev_selection *selection, const struct miev_card *from,
                   const struct miev_card *to)
{
    for (size_t i = 0; i < selection->n; i++) {
        struct miev_study_entry *entry = &selection->entries[i];
        if (entry->card != from)
            continue;
        entry->card = to;
        entry->file = &to->files[entry->file - from->files];
    }
}

void miev_selection_trim(struct miev_selection *selection)
{
    struct miev_catalog *catalog = &selection->catalog;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < catalog->n; i++)
        n += is_used(selection, &catalog->cards[i]);
    struct miev_card *cards = calloc(n + 1, sizeof(*cards));
    if (!cards)
        return; /* it is only large */
    for (size_t i = 0; i < catalog->n; i++) {
        struct miev_card *card = &catalog->cards[i];
        if (!is_used(selection, card)) {
            miev_card_finish(card);
            continue;
        }
        cards[at] = *card;
        follow(selection, card, &cards[at++]);
    }
    free(catalog->cards);
    catalog->cards = cards;
    catalog->n = n;
}

void miev_selection_finish(struct miev_selection *selection)
{
    for (size_t i = 0; i < selection->n_own; i++)
        miev_card_finish(&selection->own[i]);
    free(selection->own);
    miev_catalog_finish(&selection->catalog);
}
