/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of miev_address share. */
#ifndef MIEV_MODEL_ADDRESS_PARTS_H
#define MIEV_MODEL_ADDRESS_PARTS_H

#include "model/address.h"

/* A page of a hub, as copied from a browser: *out is that hub's address and *known true; else
 * *known is false and *out is untouched. */
MIEV_MUST_USE int miev_address_from_page(const char *url, struct miev_address *out, bool *known,
                                         struct miev_error *err);

/* "owner/repo@rev:path" and the like, behind the scheme. */
MIEV_MUST_USE int miev_address_hf(const char *rest, struct miev_address *out,
                                  struct miev_error *err);
MIEV_MUST_USE int miev_address_kaggle(const char *rest, struct miev_address *out,
                                      struct miev_error *err);
MIEV_MUST_USE int miev_address_tfhub(const char *rest, struct miev_address *out,
                                     struct miev_error *err);

/* address->name from its other parts: letters, digits, dots, dashes and underscores alone. */
void miev_address_make_name(struct miev_address *address);

/* The parts between slashes: none empty, none "." or "..", no control characters. */
bool miev_address_path_fits(const char *path);
size_t miev_address_count_parts(const char *path);

#endif
