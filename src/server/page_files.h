/* SPDX-License-Identifier: Apache-2.0 */
/* The files of the page, built in. */
#ifndef MIEV_SERVER_PAGE_FILES_H
#define MIEV_SERVER_PAGE_FILES_H

#include <stddef.h>

/* Best first: what a client takes is looked for in this order. */
enum miev_page_encoding { MIEV_PAGE_BROTLI, MIEV_PAGE_GZIP, MIEV_PAGE_RAW };
#define MIEV_PAGE_ENCODINGS 3

struct miev_page_file {
    const char *path; /* "/app.js" */
    const char *type;
    struct {
        const unsigned char *begin, *end; /* the same: there is none */
    } encodings[MIEV_PAGE_ENCODINGS];
};

/* Ends with a NULL path. Empty in a build without the page. */
extern const struct miev_page_file miev_page_files[];

/* The frame of the report that stands alone, or NULL. */
extern const struct miev_page_file miev_page_standalone;

#endif
