/* SPDX-License-Identifier: Apache-2.0 */
/* Which file of the page, in which encoding, a request is answered with. Pure. */
#ifndef MIEV_SERVER_PAGE_H
#define MIEV_SERVER_PAGE_H

#include <stdbool.h>

#include "server/page_files.h"

#define MIEV_ETAG_BYTES 24

/* Whether an Accept-Encoding header (NULL: none) takes a coding: by its name or by "*", and not
 * with a weight of 0. */
bool miev_page_accepts(const char *accept_encoding, const char *coding);

/* The best encoding of a file that there is and that a client takes. */
enum miev_page_encoding miev_page_choose(const struct miev_page_file *file,
                                         const char *accept_encoding);

/* Whether an If-None-Match header (NULL: none) names the tag, which has its quotes. */
bool miev_page_matches(const char *if_none_match, const char *etag);

#endif
