/* SPDX-License-Identifier: Apache-2.0 */
/* A vendor's shared library, opened with dlopen from the folder that scripts/fetch-runtime fills or
 * from where the system looks. */
#ifndef MIEV_ENGINE_LIBRARY_H
#define MIEV_ENGINE_LIBRARY_H

#include <stddef.h>

#include "miev.h"

/* The command that adds a runtime, for every sentence that names it. */
#define MIEV_LIBRARY_COMMAND "scripts/fetch-runtime"

struct miev_library {
    const char *runtime; /* "LiteRT", for sentences */
    const char *file;    /* its name in the runtime folder */
    const char *soname;  /* what the system's loader is asked for where it is not there */
    const char *option; /* of the command that adds it, as " --tensorflow"; "" for the usual ones */
};

/* *out: the handle for dlsym; it is never closed, since C++ runtimes leave threads and destructors
 * behind. folder may be NULL. MIEV_ERR_UNAVAILABLE with the command that adds it: in neither place.
 * MIEV_ERR_BROKEN: in the folder, and it cannot be opened. */
MIEV_MUST_USE int miev_library_open(const struct miev_library *library, const char *folder,
                                    void **out, struct miev_error *err);

/* A function of that name; MIEV_ERR_BROKEN says that the library is not the pinned version. */
MIEV_MUST_USE int miev_library_symbol(const struct miev_library *library, void *handle,
                                      const char *name, void **out, struct miev_error *err);

/* A function's name, and where its pointer goes in the table of the engine. */
struct miev_library_function {
    const char *name;
    size_t slot;
};

/* All of a table; as above. */
MIEV_MUST_USE int miev_library_bind(const struct miev_library *library, void *handle,
                                    const struct miev_library_function *functions, size_t n,
                                    void *table, struct miev_error *err);

/* The version that scripts/fetch-runtime wrote beside the library, or "unknown". */
void miev_library_version(const struct miev_library *library, const char *folder, char *out,
                          size_t capacity);

#endif
