/* SPDX-License-Identifier: Apache-2.0 */
/* The part of TensorFlow's C interface that the tensorflow engine calls, in our own words: the
 * library is opened with dlopen, so no header of its is needed to build. */
#ifndef MIEV_ENGINE_TENSORFLOW_API_H
#define MIEV_ENGINE_TENSORFLOW_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "miev.h"

/* Where model files are laid for TensorFlow to read: a file system of its own, in this process's
 * memory. */
#define TENSORFLOW_FOLDER "ram://model"

enum tensorflow_code {
    TENSORFLOW_NOT_FOUND = 5,
    TENSORFLOW_PERMISSION_DENIED = 7,
    TENSORFLOW_RESOURCE_EXHAUSTED = 8,
    TENSORFLOW_DATA_LOSS = 15,
};

/* One output of an operation of the graph. */
struct tensorflow_place {
    void *operation;
    int index;
};

/* Name without its prefix TF_, result, arguments. Handles are opaque pointers. */
#define TENSORFLOW_FUNCTIONS(X)                                                                   \
    X(Version, const char *, (void))                                                              \
    X(NewStatus, void *, (void))                                                                  \
    X(DeleteStatus, void, (void *status))                                                         \
    X(GetCode, int, (const void *status))                                                         \
    X(Message, const char *, (const void *status))                                                \
    X(CreateDir, void, (const char *path, void *status))                                          \
    X(NewWritableFile, void, (const char *path, void **file, void *status))                       \
    X(AppendWritableFile, void, (void *file, const char *bytes, size_t n, void *status))          \
    X(CloseWritableFile, void, (void *file, void *status))                                        \
    X(DeleteRecursively, void,                                                                    \
      (const char *path, int64_t *files_left, int64_t *folders_left, void *status))               \
    X(NewSessionOptions, void *, (void))                                                          \
    X(DeleteSessionOptions, void, (void *options))                                                \
    X(SetConfig, void, (void *options, const void *config, size_t n, void *status))               \
    X(NewGraph, void *, (void))                                                                   \
    X(DeleteGraph, void, (void *graph))                                                           \
    X(LoadSessionFromSavedModel, void *,                                                          \
      (const void *options, const void *run_options, const char *folder, const char *const *tags, \
       int n_tags, void *graph, void *meta_graph, void *status))                                  \
    X(GraphOperationByName, void *, (void *graph, const char *name))                              \
    X(OperationNumOutputs, int, (void *operation))                                                \
    X(NewTensor, void *,                                                                          \
      (int element, const int64_t *dims, int rank, void *data, size_t n,                          \
       void (*release)(void *data, size_t n, void *argument), void *argument))                    \
    X(DeleteTensor, void, (void *tensor))                                                         \
    X(TensorData, void *, (const void *tensor))                                                   \
    X(TensorType, int, (const void *tensor))                                                      \
    X(TensorByteSize, size_t, (const void *tensor))                                               \
    X(NumDims, int, (const void *tensor))                                                         \
    X(Dim, int64_t, (const void *tensor, int i))                                                  \
    X(SessionRun, void,                                                                           \
      (void *session, const void *run_options, const struct tensorflow_place *inputs,             \
       void *const *input_tensors, int n_inputs, const struct tensorflow_place *outputs,          \
       void **output_tensors, int n_outputs, const void *const *targets, int n_targets,           \
       void *metadata, void *status))                                                             \
    X(CloseSession, void, (void *session, void *status))                                          \
    X(DeleteSession, void, (void *session, void *status))

struct tensorflow_api {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): these are parts of a declaration */
#define TENSORFLOW_SLOT(name, result, arguments) result(*name) arguments;
    TENSORFLOW_FUNCTIONS(TENSORFLOW_SLOT)
#undef TENSORFLOW_SLOT
    void *status; /* of the last call; one is enough, since calls come one after the other */
};

/* Open the library and fill the table. plain: without oneDNN's kernels. MIEV_ERR_UNAVAILABLE with
 * the command that adds it: it is not there. */
MIEV_MUST_USE int miev_tensorflow_open_library(const char *folder, bool plain,
                                               struct tensorflow_api *api, struct miev_error *err);

/* MIEV_OK when the last call went well. Else what it says, as "TensorFlow could not <doing>: ...".
 */
MIEV_MUST_USE int miev_tensorflow_check(const struct tensorflow_api *api, const char *doing,
                                        struct miev_error *err);

/* Lay a file into TENSORFLOW_FOLDER, with the folders on its way; take all away again. */
MIEV_MUST_USE int miev_tensorflow_write_file(const struct tensorflow_api *api, const char *path,
                                             const void *bytes, size_t length,
                                             struct miev_error *err);
void miev_tensorflow_remove_files(const struct tensorflow_api *api);

#endif
