/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/tensorflow_api.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"
#include "engine/library.h"

/* As the Python package has it, with C++ names beside the C ones, and as TensorFlow publishes its C
 * library for itself. */
static const struct miev_library libraries[] = {
    {"TensorFlow", "libtensorflow_cc.so.2", "libtensorflow_cc.so.2", " --tensorflow"},
    {"TensorFlow", "libtensorflow.so.2", "libtensorflow.so.2", " --tensorflow"},
};

static const struct miev_library_function functions[] = {
#define FUNCTION_ROW(name, result, arguments) {"TF_" #name, offsetof(struct tensorflow_api, name)},
    TENSORFLOW_FUNCTIONS(FUNCTION_ROW)
#undef FUNCTION_ROW
};

/* Words that TensorFlow reads when it is opened; nothing else in a worker does. */
static void set_environment(bool plain)
{
    /* NOLINTBEGIN(concurrency-mt-unsafe): one thread */
    (void)setenv("TF_CPP_MIN_LOG_LEVEL", "2", 0);
    if (plain)
        (void)setenv("TF_ENABLE_ONEDNN_OPTS", "0", 1);
    /* NOLINTEND(concurrency-mt-unsafe) */
}

int miev_tensorflow_open_library(const char *folder, bool plain, struct tensorflow_api *api,
                                 struct miev_error *err)
{
    void *handle = NULL;
    const struct miev_library *library = &libraries[0];
    set_environment(plain);
    int rc = miev_library_open(library, folder, &handle, err);
    if (rc == MIEV_ERR_UNAVAILABLE &&
        miev_library_open(&libraries[1], folder, &handle, NULL) == 0) {
        library = &libraries[1];
        rc = MIEV_OK;
    }
    if (rc == MIEV_OK)
        rc = miev_library_bind(library, handle, functions, sizeof(functions) / sizeof(functions[0]),
                               api, err);
    if (rc != MIEV_OK)
        return rc;
    api->status = api->NewStatus();
    return api->status ? MIEV_OK : miev_error_set(err, MIEV_ERR_NOMEM, "no memory for TensorFlow");
}

int miev_tensorflow_check(const struct tensorflow_api *api, const char *doing,
                          struct miev_error *err)
{
    int code = api->GetCode(api->status);
    char text[1024], words[400];
    if (code == 0)
        return MIEV_OK;
    (void)snprintf(text, sizeof(text), "%s", api->Message(api->status));
    text[strcspn(text, "\r\n")] = '\0'; /* below it the graph is told */
    miev_text_show(words, sizeof(words), text);
    if (code == TENSORFLOW_RESOURCE_EXHAUSTED)
        return miev_error_set(err, MIEV_ERR_NOMEM,
                              "TensorFlow has not enough memory to %s: allow more, by --memory",
                              doing);
    if (code == TENSORFLOW_PERMISSION_DENIED)
        return miev_error_set(
            err, MIEV_ERR_UNSUPPORTED,
            "TensorFlow could not %s: %s (the model asks for a file, a socket or a "
            "program, which no model gets here)",
            doing, words);
    return miev_error_set(err,
                          code == TENSORFLOW_DATA_LOSS ? MIEV_ERR_BROKEN : MIEV_ERR_UNSUPPORTED,
                          "TensorFlow could not %s: %s", doing, words);
}

/* ---- files in memory ---- */

static const char laying[] = "take the model's files";

/* Folders are made one after the other; that one is there already is no fault. */
static void make_folders(const struct tensorflow_api *api, const char *path)
{
    char folder[1024];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        (void)snprintf(folder, sizeof(folder), TENSORFLOW_FOLDER "/%.*s", (int)(slash - path),
                       path);
        api->CreateDir(folder, api->status);
    }
}

int miev_tensorflow_write_file(const struct tensorflow_api *api, const char *path,
                               const void *bytes, size_t length, struct miev_error *err)
{
    char full[1024];
    void *file = NULL;
    int n = snprintf(full, sizeof(full), TENSORFLOW_FOLDER "/%s", path);
    if (n < 0 || (size_t)n >= sizeof(full))
        return miev_error_set(err, MIEV_ERR_LIMIT, "a path of the model is too long");
    api->CreateDir(TENSORFLOW_FOLDER, api->status);
    make_folders(api, path);
    api->NewWritableFile(full, &file, api->status);
    int rc = miev_tensorflow_check(api, laying, err);
    if (rc != MIEV_OK)
        return rc;
    api->AppendWritableFile(file, bytes, length, api->status);
    rc = miev_tensorflow_check(api, laying, err);
    api->CloseWritableFile(file, api->status);
    return rc == MIEV_OK ? miev_tensorflow_check(api, laying, err) : rc;
}

void miev_tensorflow_remove_files(const struct tensorflow_api *api)
{
    int64_t files_left = 0, folders_left = 0;
    api->DeleteRecursively(TENSORFLOW_FOLDER, &files_left, &folders_left, api->status);
}
