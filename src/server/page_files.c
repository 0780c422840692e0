/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page_files.h"

#if MIEV_WITH_PAGE

/* name in page_files.S, address, type. A new file is a line here and one there. */
#define FILES(X)                                           \
    X(index, "/", "text/html; charset=utf-8")              \
    X(script, "/app.js", "text/javascript; charset=utf-8") \
    X(style, "/app.css", "text/css; charset=utf-8")        \
    X(world, "/world.json", "application/json")            \
    X(icon, "/icon.svg", "image/svg+xml")

#define BLOB(symbol) extern const unsigned char symbol[], symbol##_end[];
#define DECLARE(name, path, type) \
    BLOB(miev_page_##name##_raw) BLOB(miev_page_##name##_gz) BLOB(miev_page_##name##_br)
FILES(DECLARE)
BLOB(miev_page_standalone_raw)

#define SPAN(symbol)         \
    {                        \
        symbol, symbol##_end \
    }
#define ROW(name, path, type)                         \
    {path,                                            \
     type,                                            \
     {[MIEV_PAGE_RAW] = SPAN(miev_page_##name##_raw), \
      [MIEV_PAGE_GZIP] = SPAN(miev_page_##name##_gz), \
      [MIEV_PAGE_BROTLI] = SPAN(miev_page_##name##_br)}},
const struct miev_page_file miev_page_files[] = {FILES(ROW){NULL, NULL, {{NULL, NULL}}}};

const struct miev_page_file miev_page_standalone = {
    NULL, "text/html; charset=utf-8", {[MIEV_PAGE_RAW] = SPAN(miev_page_standalone_raw)}};

#else

const struct miev_page_file miev_page_files[] = {{NULL, NULL, {{NULL, NULL}}}};
const struct miev_page_file miev_page_standalone = {NULL, NULL, {{NULL, NULL}}};

#endif
