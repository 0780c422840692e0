/* SPDX-License-Identifier: Apache-2.0 */
/* A report as one page that stands alone: the page's own frame, with the report written into it. */
#ifndef MIEV_EXPORT_HTML_H
#define MIEV_EXPORT_HTML_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* frame: text with the elements `<script type="application/json" id="miev-report">null</script>`
 * and the same of "miev-places", whose null is replaced. places: NULL for none. No byte of a report
 * can end its element. False when the frame lacks one of them, or the stream or the memory failed.
 */
bool miev_export_html(const char *frame, size_t length, const json_t *report, const json_t *places,
                      FILE *file);

#endif
