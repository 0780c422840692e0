/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/library.h"

#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"

int miev_library_open(const struct miev_library *library, const char *folder, void **out,
                      struct miev_error *err)
{
    char path[4096];
    int n = snprintf(path, sizeof(path), "%s/%s", folder ? folder : "", library->file);
    if (n < 0 || (size_t)n >= sizeof(path))
        return miev_error_set(err, MIEV_ERR_INVALID, "the runtime folder's name is too long");
    bool there = folder && access(path, F_OK) == 0;
    *out = dlopen(there ? path : library->soname, RTLD_NOW | RTLD_LOCAL);
    if (*out)
        return MIEV_OK;
    const char *reason = dlerror(); /* NOLINT(concurrency-mt-unsafe): one thread opens engines */
    if (there)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "%s cannot be opened (%s): run " MIEV_LIBRARY_COMMAND "%s", path,
                              reason ? reason : "no reason given", library->option);
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "the %s runtime (%s) is neither in %s nor where the system looks for "
                          "libraries: run " MIEV_LIBRARY_COMMAND "%s",
                          library->runtime, library->file, folder ? folder : "a runtime folder",
                          library->option);
}

int miev_library_symbol(const struct miev_library *library, void *handle, const char *name,
                        void **out, struct miev_error *err)
{
    *out = dlsym(handle, name);
    if (*out)
        return MIEV_OK;
    return miev_error_set(err, MIEV_ERR_BROKEN,
                          "%s has no function %s, so it is not the version that this program "
                          "knows: run " MIEV_LIBRARY_COMMAND "%s",
                          library->file, name, library->option);
}

int miev_library_bind(const struct miev_library *library, void *handle,
                      const struct miev_library_function *functions, size_t n, void *table,
                      struct miev_error *err)
{
    for (size_t i = 0; i < n; i++) {
        void *symbol = NULL;
        int rc = miev_library_symbol(library, handle, functions[i].name, &symbol, err);
        if (rc != MIEV_OK)
            return rc;
        memcpy((char *)table + functions[i].slot, &symbol, sizeof(symbol));
    }
    return MIEV_OK;
}

void miev_library_version(const struct miev_library *library, const char *folder, char *out,
                          size_t capacity)
{
    (void)snprintf(out, capacity, "unknown");
    char path[4096];
    int n = snprintf(path, sizeof(path), "%s/%s.version", folder ? folder : "", library->file);
    if (!folder || n < 0 || (size_t)n >= sizeof(path))
        return;
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    char line[64];
    if (fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = '\0';
        (void)snprintf(out, capacity, "%s", line);
    }
    (void)fclose(file);
}
