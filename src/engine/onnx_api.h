/* SPDX-License-Identifier: Apache-2.0 */
/* The part of ONNX Runtime's C interface that the onnx engine calls, in our own words: the library
 * is opened with dlopen, so no header of its is needed to build.
 *
 * It exports one function, OrtGetApiBase, which gives a table of two: GetApi(version) and
 * GetVersionString(). GetApi gives a table of functions that only ever grows: what stood at a place
 * in one release stands there in every later one (the runtime's own rule, which its sources repeat
 * beside that table and check when they are compiled). So a place is a fact, and is written here
 * beside each name. The test of the engine calls all that need no GPU. */
#ifndef MIEV_ENGINE_ONNX_API_H
#define MIEV_ENGINE_ONNX_API_H

#include <stddef.h>
#include <stdint.h>

#include "miev.h"

/* The first whose table holds all that is used here: ONNX Runtime 1.12, of 2022. */
#define ONNX_API_VERSION 12u

enum onnx_error {
    ONNX_INVALID_PROTOBUF = 7,
};

enum onnx_kind {
    ONNX_TENSOR = 1,
    ONNX_SEQUENCE = 2,
    ONNX_MAP = 3,
};

enum onnx_element {
    ONNX_FLOAT32 = 1,
    ONNX_UINT8 = 2,
    ONNX_INT8 = 3,
    ONNX_INT32 = 6,
    ONNX_INT64 = 7,
    ONNX_STRING = 8,
    ONNX_FLOAT16 = 10,
};

enum {
    ONNX_LOG_FATAL = 4,
    ONNX_ARENA = 1,       /* kind of allocator */
    ONNX_MEM_DEFAULT = 0, /* kind of memory */
};

struct onnx_api_base {
    const void *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
};

/* Place in the table, name, result, arguments. Handles are opaque pointers; a result of type void *
 * is a status: NULL when all is well, else to be released. */
#define ONNX_FUNCTIONS(X)                                                                         \
    X(1, GetErrorCode, int, (const void *status))                                                 \
    X(2, GetErrorMessage, const char *, (const void *status))                                     \
    X(3, CreateEnv, void *, (int severity, const char *id, void **out))                           \
    X(8, CreateSessionFromArray, void *,                                                          \
      (const void *env, const void *model, size_t n, const void *options, void **out))            \
    X(9, Run, void *,                                                                             \
      (void *session, const void *options, const char *const *input_names,                        \
       const void *const *inputs, size_t n_inputs, const char *const *output_names,               \
       size_t n_outputs, void **outputs))                                                         \
    X(10, CreateSessionOptions, void *, (void **out))                                             \
    X(14, EnableProfiling, void *, (void *options, const char *file_prefix))                      \
    X(22, SetSessionLogSeverityLevel, void *, (void *options, int severity))                      \
    X(24, SetIntraOpNumThreads, void *, (void *options, int n))                                   \
    X(25, SetInterOpNumThreads, void *, (void *options, int n))                                   \
    X(30, SessionGetInputCount, void *, (const void *session, size_t *out))                       \
    X(31, SessionGetOutputCount, void *, (const void *session, size_t *out))                      \
    X(33, SessionGetInputTypeInfo, void *, (const void *session, size_t i, void **out))           \
    X(34, SessionGetOutputTypeInfo, void *, (const void *session, size_t i, void **out))          \
    X(36, SessionGetInputName, void *,                                                            \
      (const void *session, size_t i, void *allocator, char **out))                               \
    X(37, SessionGetOutputName, void *,                                                           \
      (const void *session, size_t i, void *allocator, char **out))                               \
    X(49, CreateTensorWithDataAsOrtValue, void *,                                                 \
      (const void *memory, void *data, size_t n, const int64_t *dims, size_t n_dims, int element, \
       void **out))                                                                               \
    X(51, GetTensorMutableData, void *, (void *value, void **out))                                \
    X(55, CastTypeInfoToTensorInfo, void *, (const void *type, const void **out))                 \
    X(56, GetOnnxTypeFromTypeInfo, void *, (const void *type, int *out))                          \
    X(60, GetTensorElementType, void *, (const void *info, int *out))                             \
    X(61, GetDimensionsCount, void *, (const void *info, size_t *out))                            \
    X(62, GetDimensions, void *, (const void *info, int64_t *out, size_t n))                      \
    X(65, GetTensorTypeAndShape, void *, (const void *value, void **out))                         \
    X(69, CreateCpuMemoryInfo, void *, (int allocator_kind, int memory_kind, void **out))         \
    X(76, AllocatorFree, void *, (void *allocator, void *data))                                   \
    X(78, GetAllocatorWithDefaultOptions, void *, (void **out))                                   \
    X(92, ReleaseEnv, void, (void *env))                                                          \
    X(93, ReleaseStatus, void, (void *status))                                                    \
    X(94, ReleaseMemoryInfo, void, (void *memory))                                                \
    X(95, ReleaseSession, void, (void *session))                                                  \
    X(96, ReleaseValue, void, (void *value))                                                      \
    X(98, ReleaseTypeInfo, void, (void *type))                                                    \
    X(99, ReleaseTensorTypeAndShapeInfo, void, (void *info))                                      \
    X(100, ReleaseSessionOptions, void, (void *options))                                          \
    X(110, SessionEndProfiling, void *, (void *session, void *allocator, char **out_name))        \
    X(125, GetAvailableProviders, void *, (char ***out, int *n))                                  \
    X(126, ReleaseAvailableProviders, void *, (char **names, int n))                              \
    X(130, AddSessionConfigEntry, void *, (void *options, const char *key, const char *value))    \
    X(170, SessionOptionsAppendExecutionProvider_TensorRT_V2, void *,                             \
      (void *options, const void *settings))                                                      \
    X(171, CreateTensorRTProviderOptions, void *, (void **out))                                   \
    X(174, ReleaseTensorRTProviderOptions, void, (void *settings))                                \
    X(204, SessionOptionsAppendExecutionProvider_CUDA_V2, void *,                                 \
      (void *options, const void *settings))                                                      \
    X(205, CreateCUDAProviderOptions, void *, (void **out))                                       \
    X(208, ReleaseCUDAProviderOptions, void, (void *settings))                                    \
    X(216, SessionOptionsAppendExecutionProvider, void *,                                         \
      (void *options, const char *name, const char *const *keys, const char *const *values,       \
       size_t n))

struct onnx_api {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): these are parts of a declaration */
#define ONNX_SLOT(place, name, result, arguments) result(*name) arguments;
    ONNX_FUNCTIONS(ONNX_SLOT)
#undef ONNX_SLOT
};

/* Open the library and fill the table; version receives its own word. MIEV_ERR_UNAVAILABLE with the
 * command that adds it: it is not there. */
MIEV_MUST_USE int miev_onnx_open_library(const char *folder, struct onnx_api *api, char *version,
                                         size_t capacity, struct miev_error *err);

/* MIEV_OK for no status. Else what it says, as "ONNX Runtime could not <doing>: ...", without the
 * names of the runtime's sources; the status is released. */
int miev_onnx_check(const struct onnx_api *api, void *status, const char *doing,
                    struct miev_error *err);

#endif
