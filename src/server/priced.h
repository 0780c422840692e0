/* SPDX-License-Identifier: Apache-2.0 */
/* A kept report, priced as the query of its address says, and what is written of it. */
#ifndef MIEV_SERVER_PRICED_H
#define MIEV_SERVER_PRICED_H

#include <jansson.h>
#include <stdio.h>

#include "server/ask.h"
#include "server/call.h"

/* The report of {id}, priced anew when the address says where; others: see
 * miev_ask_site_from_query. A new reference. */
MIEV_MUST_USE int miev_priced_open(struct miev_call *call, const char *const *others,
                                   struct miev_ask_site *site, struct miev_store_row *row,
                                   json_t **report, struct miev_error *err);

/* Answer with what `write` makes of a document; false: there was no memory for it, and the answer
 * says so. */
bool miev_priced_write(struct miev_call *call, const char *type, const json_t *document,
                       bool (*write)(const json_t *document, FILE *file));

#endif
