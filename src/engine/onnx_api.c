/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/onnx_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/library.h"

static const struct miev_library library = {"ONNX", "libonnxruntime.so", "libonnxruntime.so.1", ""};

/* ---- opening the library ---- */

static void bind_functions(struct onnx_api *api, const void *table)
{
    static const struct {
        size_t place, slot;
    } functions[] = {
#define FUNCTION_ROW(place, name, result, arguments) {(place), offsetof(struct onnx_api, name)},
        ONNX_FUNCTIONS(FUNCTION_ROW)
#undef FUNCTION_ROW
    };
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        memcpy((char *)api + functions[i].slot,
               (const char *)table + functions[i].place * sizeof(void *), sizeof(void *));
}

/* Words that the runtime reads late; nothing else in a worker does. */
static void set_environment(void)
{
    static const char *const words[][2] = {
        /* The pinned build reports to nobody; later ones would. */
        {"ORT_DISABLE_TELEMETRY", "1"},
        /* A model's own idea of how many threads there should be. */
        {"ORT_LOAD_CONFIG_FROM_MODEL", "0"},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        (void)setenv(words[i][0], words[i][1], 1); /* NOLINT(concurrency-mt-unsafe): one thread */
}

int miev_onnx_open_library(const char *folder, struct onnx_api *api, char *version, size_t capacity,
                           struct miev_error *err)
{
    void *handle = NULL, *symbol = NULL;
    const struct onnx_api_base *(*get_base)(void);
    set_environment();
    int rc = miev_library_open(&library, folder, &handle, err);
    if (rc == MIEV_OK)
        rc = miev_library_symbol(&library, handle, "OrtGetApiBase", &symbol, err);
    if (rc != MIEV_OK)
        return rc;
    memcpy(&get_base, &symbol, sizeof(get_base));
    const struct onnx_api_base *base = get_base();
    const void *table = base->get_api(ONNX_API_VERSION);
    (void)snprintf(version, capacity, "%s", base->get_version());
    if (!table)
        return miev_error_set(err, MIEV_ERR_BROKEN,
                              "the ONNX Runtime that is here (%s) is older than 1.%u: "
                              "run " MIEV_LIBRARY_COMMAND,
                              version, ONNX_API_VERSION);
    bind_functions(api, table);
    return MIEV_OK;
}

/* ---- what it says when it fails ---- */

/* Behind "/path/file.cc:191 space::Class::function(arguments) const [with T = U] " begins what a
 * reader can use. */
static const char *skip_source(const char *text)
{
    const char *at = strstr(text, ".cc:");
    const char *open = strchr(at ? at : text, '(');
    int depth = 0;
    if (!at && !strstr(text, ".h:"))
        return text;
    for (const char *c = open; c && *c; c++) {
        depth += (*c == '(' || *c == '[') - (*c == ')' || *c == ']');
        if (depth > 0)
            continue;
        c += 1 + strspn(c + 1, " ");
        c += strncmp(c, "const ", 6) == 0 ? 6 : 0;
        if (strncmp(c, "[with", 5) != 0)
            return *c ? c : text;
        depth = 1;
    }
    return text;
}

int miev_onnx_check(const struct onnx_api *api, void *status, const char *doing,
                    struct miev_error *err)
{
    if (!status)
        return MIEV_OK;
    char text[2048], words[400];
    int code = api->GetErrorCode(status);
    (void)snprintf(text, sizeof(text), "%s", api->GetErrorMessage(status));
    api->ReleaseStatus(status);
    if (strstr(text, "bad_alloc") || strstr(text, "Failed to allocate memory"))
        return miev_error_set(err, MIEV_ERR_NOMEM,
                              "ONNX Runtime has not enough memory to %s: allow more, by --memory",
                              doing);
    for (char *c = text; *c; c++)
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    const char *useful = text, *behind;
    while ((behind = skip_source(useful)) != useful) /* one caller's words before another's */
        useful = behind;
    miev_text_show(words, sizeof(words), useful);
    return miev_error_set(err,
                          code == ONNX_INVALID_PROTOBUF ? MIEV_ERR_BROKEN : MIEV_ERR_UNSUPPORTED,
                          "ONNX Runtime could not %s: %s", doing, words);
}
