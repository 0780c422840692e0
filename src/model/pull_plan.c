/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "model/pull.h"

struct plan {
    struct miev_pull_item *items;
    size_t n;
};

static struct miev_pull_item *add_item(struct plan *plan, struct miev_error *err)
{
    struct miev_pull_item *more = realloc(plan->items, (plan->n + 1) * sizeof(*more));
    if (!more) {
        (void)miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a list of models");
        return NULL;
    }
    plan->items = more;
    more[plan->n] = (struct miev_pull_item){.n_files = 0};
    return &more[plan->n++];
}

/* Precisions of one archive are fetched once. */
static struct miev_pull_item *item_of(struct plan *plan, const struct miev_card *card,
                                      const struct miev_address *address, struct miev_error *err)
{
    for (size_t i = 0; i < plan->n; i++)
        if (plan->items[i].card == card && strcmp(plan->items[i].address.text, address->text) == 0)
            return &plan->items[i];
    struct miev_pull_item *item = add_item(plan, err);
    if (item) {
        item->card = card;
        item->address = *address;
    }
    return item;
}

static int add_file(struct plan *plan, const struct miev_card *card,
                    const struct miev_card_file *file, struct miev_error *err)
{
    struct miev_address address;
    int rc = miev_address_parse(file->address, &address, err);
    if (rc != MIEV_OK)
        return miev_error_prefix(err, "the card of %s", card->name);
    struct miev_pull_item *item = item_of(plan, card, &address, err);
    if (!item)
        return MIEV_ERR_NOMEM;
    item->files[item->n_files++] = file;
    return MIEV_OK;
}

/* precision "": all of them. */
static int add_card(struct plan *plan, const struct miev_card *card, const char *precision,
                    struct miev_error *err)
{
    size_t before = plan->n;
    for (size_t i = 0; i < card->n_files; i++) {
        const struct miev_card_file *file = &card->files[i];
        if (!*file->address || (*precision && strcmp(file->precision, precision) != 0))
            continue;
        int rc = add_file(plan, card, file, err);
        if (rc != MIEV_OK)
            return rc;
    }
    if (plan->n > before)
        return MIEV_OK;
    if (!*precision && card->place == MIEV_PLACE_BUNDLED)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s comes with this program: there is nothing to pull", card->name);
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "%s has no file%s%s with an address: `miev models` lists what it has",
                          card->name, *precision ? " of precision " : "", precision);
}

static int add_name(struct plan *plan, const struct miev_catalog *catalog,
                    const struct miev_address *address, struct miev_error *err)
{
    const char *colon = strchr(address->text, ':');
    const struct miev_card *card = NULL;
    char name[sizeof(address->text)];
    (void)memcpy(name, address->text, sizeof(name));
    name[strcspn(name, ":")] = '\0';
    if (miev_catalog_find(catalog, name, &card, NULL) != MIEV_OK)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "no model is named '%.60s': `miev models --search %.60s` looks for "
                              "the like",
                              name, name);
    return add_card(plan, card, colon ? colon + 1 : "", err);
}

static int add_starters(struct plan *plan, const struct miev_catalog *catalog,
                        struct miev_error *err)
{
    int rc = MIEV_OK;
    for (size_t i = 0; rc == MIEV_OK && i < catalog->n; i++)
        if (catalog->cards[i].starter)
            rc = add_card(plan, &catalog->cards[i], "", err);
    if (rc == MIEV_OK && plan->n == 0)
        rc = miev_error_set(err, MIEV_ERR_UNAVAILABLE, "this installation knows no starter set");
    return rc;
}

int miev_pull_plan(const struct miev_catalog *catalog, const char *word,
                   struct miev_pull_item **items, size_t *n, struct miev_error *err)
{
    struct plan plan = {.n = 0};
    struct miev_address address;
    int rc = miev_address_parse(word, &address, err);
    if (rc != MIEV_OK)
        return rc;
    if (strcmp(word, "starter") == 0)
        rc = add_starters(&plan, catalog, err);
    else if (address.kind == MIEV_ADDRESS_NAME)
        rc = add_name(&plan, catalog, &address, err);
    else if (add_item(&plan, err))
        plan.items[0].address = address;
    else
        rc = MIEV_ERR_NOMEM;
    if (rc != MIEV_OK) {
        free(plan.items);
        return rc;
    }
    *items = plan.items;
    *n = plan.n;
    return MIEV_OK;
}
