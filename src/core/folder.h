/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of this user's own. */
#ifndef MIEV_CORE_FOLDER_H
#define MIEV_CORE_FOLDER_H

#include "miev.h"

/* Make a folder and those above it that are missing, for this user alone. `variable` is that of the
 * environment which names another one, for the words of a failure. */
MIEV_MUST_USE int miev_folder_make(const char *folder, const char *variable,
                                   struct miev_error *err);

/* Remove a file, or a folder with all that is in it; no link is followed. What is not there is no
 * fault. */
MIEV_MUST_USE int miev_folder_remove(const char *path, struct miev_error *err);

#endif
