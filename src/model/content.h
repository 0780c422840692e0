/* SPDX-License-Identifier: Apache-2.0 */
/* What came: a model, an archive, or something that was sent in place of one. */
#ifndef MIEV_MODEL_CONTENT_H
#define MIEV_MODEL_CONTENT_H

#include <stdbool.h>

#include "model/card.h"

enum miev_content_kind { MIEV_CONTENT_MODEL, MIEV_CONTENT_ARCHIVE };

/* By the bytes of an open file alone. format: "tflite" or "onnx" of a model. MIEV_ERR_UNSUPPORTED
 * names what it is (a page to log in, a Git LFS pointer) and what to do. */
MIEV_MUST_USE int miev_content_of(int fd, enum miev_content_kind *kind, char format[16],
                                  struct miev_error *err);

/* What an archive gives: a model file, or the folder of a SavedModel. */
struct miev_inside {
    bool is_folder;
    char path[256];  /* below the folder it was unpacked to; "" for that folder itself */
    char format[16]; /* "saved_model" of a folder */
};

/* The model below a folder: `member` where it is not "", else the only one that is there, of
 * `format` where that is not "". MIEV_ERR_INVALID with the names that are there when there is none
 * or more than one. */
MIEV_MUST_USE int miev_content_inside(const char *folder, const char *member, const char *format,
                                      struct miev_inside *out, struct miev_error *err);

#endif
