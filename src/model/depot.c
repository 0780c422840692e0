/* SPDX-License-Identifier: Apache-2.0 */
#include "model/depot.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"

int miev_depot_folder(const struct miev_env *env, char *out, size_t capacity,
                      struct miev_error *err)
{
    /* A relative path of XDG_DATA_HOME is to be ignored, says its specification. */
    static const struct {
        const char *variable, *below, *begins;
    } places[] = {
        {"MIEV_MODELS", "", ""},
        {"XDG_DATA_HOME", "/miev/models", "/"},
        {"HOME", "/.local/share/miev/models", "/"},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        const char *value = miev_env_variable(env, places[i].variable);
        if (!value || !*value || strncmp(value, places[i].begins, strlen(places[i].begins)) != 0)
            continue;
        int length = snprintf(out, capacity, "%s%s", value, places[i].below);
        if (length < 0 || (size_t)length >= capacity)
            return miev_error_set(err, MIEV_ERR_LIMIT,
                                  "the path of the folder of pulled models is too long: set "
                                  "MIEV_MODELS");
        return MIEV_OK;
    }
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "there is no home folder for pulled models: set MIEV_MODELS to a folder");
}
