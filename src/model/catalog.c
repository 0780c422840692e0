/* SPDX-License-Identifier: Apache-2.0 */
#include "model/catalog.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "model/depot.h"

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The folder of the running program with `steps` folders cut off its end. */
static bool program_folder(int steps, char out[PATH_MAX])
{
    ssize_t length = readlink("/proc/self/exe", out, PATH_MAX - 1);
    if (length <= 0)
        return false;
    out[length] = '\0';
    for (int i = 0; i <= steps; i++) {
        char *slash = strrchr(out, '/');
        if (!slash)
            return false;
        *slash = '\0';
    }
    return true;
}

int miev_home(const struct miev_env *env, char *out, size_t capacity, struct miev_error *err)
{
    const char *named = miev_env_variable(env, "MIEV_HOME");
    if (named && *named) {
        if (!is_folder(named))
            return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                                  "MIEV_HOME names %s, which is no "
                                  "folder",
                                  named);
        (void)snprintf(out, capacity, "%s", named);
        return MIEV_OK;
    }
    /* <prefix>/bin/miev and <source>/build/src/miev. */
    static const struct {
        int steps;
        const char *rest;
    } places[] = {{1, "/share/miev"}, {2, ""}};
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char folder[PATH_MAX], models[PATH_MAX + 32];
        if (!program_folder(places[i].steps, folder))
            continue;
        (void)snprintf(models, sizeof(models), "%s%s/models", folder, places[i].rest);
        if (!is_folder(models))
            continue;
        int length = snprintf(out, capacity, "%s%s", folder, places[i].rest);
        if (length >= 0 && (size_t)length < capacity)
            return MIEV_OK;
    }
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "the folder of bundled models is not beside "
                          "this program: set MIEV_HOME to the folder that holds \"models\"");
}

/* A folder below home. */
static int below_home(const struct miev_env *env, const char *folder, char *out, size_t capacity,
                      struct miev_error *err)
{
    char home[PATH_MAX];
    int rc = miev_home(env, home, sizeof(home), err);
    if (rc != MIEV_OK)
        return rc;
    int length = snprintf(out, capacity, "%s/%s", home, folder);
    if (length < 0 || (size_t)length >= capacity)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path of %s is too long: %s", folder, home);
    return MIEV_OK;
}

int miev_runtime_dir(const struct miev_env *env, char *out, size_t capacity, struct miev_error *err)
{
    return below_home(env, "vendor/runtime", out, capacity, err);
}

static int by_cost(const void *a, const void *b)
{
    const struct miev_card *x = a, *y = b;
    double x_macs = x->macs > 0 ? x->macs : (double)INFINITY;
    double y_macs = y->macs > 0 ? y->macs : (double)INFINITY;
    if (x_macs != y_macs)
        return x_macs < y_macs ? -1 : 1;
    return strcmp(x->name, y->name);
}

static int add_card(const char *path, struct miev_catalog *catalog, struct miev_error *err)
{
    struct miev_card *more = realloc(catalog->cards, (catalog->n + 1) * sizeof(*more));
    if (!more)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the catalog");
    catalog->cards = more;
    int rc = miev_card_load(path, &more[catalog->n], err);
    if (rc == MIEV_OK)
        catalog->n++;
    return rc;
}

static bool is_card_name(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && name[0] != '.' && strcmp(name + length - 5, ".json") == 0;
}

/* Call `add` with the path of every card of a folder until it fails. */
static int for_each_card(const char *folder, struct miev_catalog *catalog,
                         int (*add)(const char *path, struct miev_catalog *catalog,
                                    struct miev_error *err),
                         struct miev_error *err)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return miev_error_errno(err, "cannot open the models folder %s", folder);
    int rc = MIEV_OK;
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe on a stream of our own, says glibc */
    for (struct dirent *entry; rc == MIEV_OK && (entry = readdir(dir));) {
        char path[PATH_MAX];
        if (!is_card_name(entry->d_name))
            continue;
        int length = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        if (length > 0 && (size_t)length < sizeof(path))
            rc = add(path, catalog, err);
    }
    (void)closedir(dir);
    return rc;
}

static void skip(struct miev_catalog *catalog, const struct miev_error *why)
{
    if (catalog->n_skipped++ == 0)
        catalog->skipped = *why;
}

static int add_card_or_skip(const char *path, struct miev_catalog *catalog, struct miev_error *err)
{
    struct miev_error why;
    int rc = add_card(path, catalog, &why);
    if (rc == MIEV_OK)
        return rc;
    if (rc == MIEV_ERR_NOMEM)
        return miev_error_set(err, rc, "%s", why.message);
    skip(catalog, &why);
    return MIEV_OK;
}

int miev_catalog_add(struct miev_catalog *catalog, const char *folder, struct miev_error *err)
{
    return for_each_card(folder, catalog, add_card_or_skip, err);
}

static void sort(struct miev_catalog *catalog)
{
    if (catalog->n > 0)
        qsort(catalog->cards, catalog->n, sizeof(*catalog->cards), by_cost);
}

int miev_catalog_load(const char *folder, struct miev_catalog *out, struct miev_error *err)
{
    struct miev_catalog catalog = {0};
    int rc = for_each_card(folder, &catalog, add_card, err);
    if (rc != MIEV_OK) {
        miev_catalog_finish(&catalog);
        return rc;
    }
    sort(&catalog);
    *out = catalog;
    return MIEV_OK;
}

/* ---- what was pulled ------------------------------------------------------------------------ */

/* The file of a pulled card that stands for this one: the same bytes or, where nobody has pinned
 * any, the same name and precision. */
static const struct miev_card_file *pulled_file(const struct miev_card *card,
                                                const struct miev_card_file *file,
                                                const struct miev_card *pulled)
{
    for (size_t i = 0; *file->sha256 && i < pulled->n_files; i++)
        if (strcmp(pulled->files[i].sha256, file->sha256) == 0)
            return &pulled->files[i];
    bool named = !*file->sha256 && strcmp(card->name, pulled->name) == 0;
    return named ? miev_card_file_of(pulled, file->precision) : NULL;
}

/* What the card says of a file stays, and where it lies is added. */
static void take_files(struct miev_card *card, const struct miev_card *pulled)
{
    for (size_t i = 0; i < card->n_files; i++) {
        struct miev_card_file *file = &card->files[i];
        const struct miev_card_file *from = pulled_file(card, file, pulled);
        if (!from || !*from->path || *file->path)
            continue;
        (void)memcpy(file->format, from->format, sizeof(file->format));
        (void)memcpy(file->path, from->path, sizeof(file->path));
        (void)memcpy(file->sha256, from->sha256, sizeof(file->sha256));
        file->bytes = from->bytes;
        file->bytes_about = 0;
        file->verified = from->verified;
        card->place = MIEV_PLACE_PULLED;
    }
}

/* Other files of that model, which the user found. */
static void take_other_files(struct miev_card *card, const struct miev_card *pulled)
{
    for (size_t i = 0; i < pulled->n_files && card->n_files < MIEV_CARD_MAX_FILES; i++) {
        if (!*pulled->files[i].path || miev_card_file_of(card, pulled->files[i].precision))
            continue;
        card->files[card->n_files++] = pulled->files[i];
        card->place = MIEV_PLACE_PULLED;
    }
}

static struct miev_card *card_named(const struct miev_catalog *catalog, const char *name)
{
    for (size_t i = 0; i < catalog->n; i++)
        if (strcmp(catalog->cards[i].name, name) == 0)
            return &catalog->cards[i];
    return NULL;
}

/* A card tells no more than a file that somebody may have deleted since. */
static void forget_lost_files(struct miev_card *card)
{
    card->place = MIEV_PLACE_KNOWN;
    for (size_t i = 0; i < card->n_files; i++) {
        if (access(card->files[i].path, R_OK) == 0)
            card->place = MIEV_PLACE_PULLED;
        else
            card->files[i].path[0] = '\0';
    }
}

/* Into room that the catalog has. The card is moved, or finished. */
static void merge_pulled(struct miev_catalog *catalog, struct miev_card *pulled)
{
    struct miev_error why;
    struct miev_card *same = card_named(catalog, pulled->name);
    forget_lost_files(pulled);
    for (size_t i = 0; i < catalog->n; i++)
        if (catalog->cards[i].place != MIEV_PLACE_BUNDLED)
            take_files(&catalog->cards[i], pulled);
    if (!same) {
        catalog->cards[catalog->n++] = *pulled;
        return;
    }
    if (same->place == MIEV_PLACE_BUNDLED) {
        (void)miev_error_set(&why, MIEV_ERR_INVALID,
                             "a pulled model is called %s, as a bundled one is: it is left out",
                             pulled->name);
        skip(catalog, &why);
    } else {
        take_other_files(same, pulled);
    }
    miev_card_finish(pulled);
}

static int merge(struct miev_catalog *catalog, struct miev_catalog *depot, struct miev_error *err)
{
    size_t n = depot->n;
    struct miev_card *more = realloc(catalog->cards, (catalog->n + n + 1) * sizeof(*more));
    if (!more)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for the catalog");
    catalog->cards = more;
    depot->n = 0; /* they are the catalog's from here on */
    for (size_t i = 0; i < n; i++)
        merge_pulled(catalog, &depot->cards[i]);
    if (depot->n_skipped > 0 && catalog->n_skipped == 0)
        catalog->skipped = depot->skipped;
    catalog->n_skipped += depot->n_skipped;
    return MIEV_OK;
}

/* Add what the user pulled. No depot is no fault: nothing was. */
static int add_depot(const struct miev_env *env, struct miev_catalog *catalog,
                     struct miev_error *err)
{
    char folder[PATH_MAX], cards[PATH_MAX + 16];
    struct miev_catalog depot = {0};
    if (miev_depot_folder(env, folder, sizeof(folder), NULL) != MIEV_OK)
        return MIEV_OK;
    (void)snprintf(cards, sizeof(cards), "%s/cards", folder);
    if (!is_folder(cards))
        return MIEV_OK;
    int rc = miev_catalog_add(&depot, cards, err);
    if (rc == MIEV_OK)
        rc = merge(catalog, &depot, err);
    miev_catalog_finish(&depot);
    return rc;
}

int miev_catalog_load_home(const struct miev_env *env, struct miev_catalog *out,
                           struct miev_error *err)
{
    char folder[PATH_MAX], known[PATH_MAX];
    struct miev_catalog catalog = {0};
    int rc = below_home(env, "models", folder, sizeof(folder), err);
    if (rc == MIEV_OK)
        rc = for_each_card(folder, &catalog, add_card, err);
    if (rc == MIEV_OK)
        rc = below_home(env, "models/known", known, sizeof(known), err);
    if (rc == MIEV_OK && is_folder(known))
        rc = for_each_card(known, &catalog, add_card, err);
    if (rc == MIEV_OK)
        rc = add_depot(env, &catalog, err);
    for (size_t i = 0; rc == MIEV_OK && i < catalog.n; i++)
        if (catalog.cards[i].place != MIEV_PLACE_KNOWN)
            rc = miev_card_load_labels(&catalog.cards[i], err);
    if (rc != MIEV_OK) {
        miev_catalog_finish(&catalog);
        return rc;
    }
    sort(&catalog);
    *out = catalog;
    return MIEV_OK;
}

void miev_catalog_finish(struct miev_catalog *catalog)
{
    if (!catalog)
        return;
    for (size_t i = 0; i < catalog->n; i++)
        miev_card_finish(&catalog->cards[i]);
    free(catalog->cards);
    catalog->cards = NULL;
    catalog->n = 0;
}

int miev_catalog_find(const struct miev_catalog *catalog, const char *name,
                      const struct miev_card **out, struct miev_error *err)
{
    char names[300] = "";
    size_t used = 0;
    for (size_t i = 0; i < catalog->n; i++) {
        if (strcmp(catalog->cards[i].name, name) == 0) {
            *out = &catalog->cards[i];
            return MIEV_OK;
        }
        if (catalog->cards[i].place != MIEV_PLACE_BUNDLED)
            continue;
        int n = snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
                         catalog->cards[i].name);
        if (n > 0 && used + (size_t)n < sizeof(names))
            used += (size_t)n;
    }
    return miev_error_set(
        err, MIEV_ERR_INVALID,
        "no model is named '%.60s'; bundled here: %s; `miev models` lists more; a "
        "file of your own is named by its path (./%.60s)",
        name, names, name);
}
