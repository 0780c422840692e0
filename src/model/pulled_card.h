/* SPDX-License-Identifier: Apache-2.0 */
/* The cards that a pull writes and reads again. */
#ifndef MIEV_MODEL_PULLED_CARD_H
#define MIEV_MODEL_PULLED_CARD_H

#include "model/pull.h"

/* A file in its place in the depot. */
struct miev_pulled_file {
    uint64_t bytes;
    bool here;      /* path is there */
    char path[256]; /* relative to the card: "../blobs/<sha256>" */
    char precision[16], format[16];
    char address[MIEV_ADDRESS_BYTES]; /* "" for a file of this machine */
    char member[256];                 /* "" where the address gave no archive */
    char sha256[65];
};

/* What the depot's card says of an address (and the member of its archive, "" for any): its name
 * without ".json", and the file. False when no card names it. */
bool miev_pulled_card_find(const struct miev_depot *depot, const char *address, const char *member,
                           char name[128], struct miev_pulled_file *out);

/* What the depot's card of that name says of a precision. False when there is none. */
bool miev_pulled_card_file(const struct miev_depot *depot, const char *name, const char *precision,
                           struct miev_pulled_file *out);

/* The name for a card of a bare address: that of the address, or one more where a card of another
 * address, or of the catalog, has it. */
MIEV_MUST_USE int miev_pulled_card_name(const struct miev_depot *depot,
                                        const struct miev_catalog *catalog,
                                        const struct miev_address *address, char name[128],
                                        struct miev_error *err);

/* Add a file to the card of a model of the catalog (or to the small one of a bare address, card
 * NULL), written anew whole. scratch: as of miev_depot_write_card. */
MIEV_MUST_USE int miev_pulled_card_write(const struct miev_depot *depot,
                                         const struct miev_card *card, const char *name,
                                         const struct miev_address *address,
                                         const struct miev_pulled_file *file, const char *scratch,
                                         struct miev_error *err);

/* Take the file with that hash off a card, and the card away with its last file; `miev gc` then
 * finds that nothing names it. MIEV_ERR_UNAVAILABLE: no card of that name tells of it. */
MIEV_MUST_USE int miev_pulled_card_drop(const struct miev_depot *depot, const char *name,
                                        const char *sha256, const char *scratch,
                                        struct miev_error *err);

#endif
