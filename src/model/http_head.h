/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_MODEL_HTTP_HEAD_H
#define MIEV_MODEL_HTTP_HEAD_H

#include <curl/curl.h>

#include "model/http_get.h"

/* The last answer's head, with bounds; to be asked once all of it is here. */
void miev_http_read_head(CURL *curl, struct miev_http_head *out);

/* The digest behind "md5=" of an X-Goog-Hash header in hexadecimal; *out is untouched when there is
 * none. */
void miev_http_md5_of(const char *value, char out[33]);

#endif
