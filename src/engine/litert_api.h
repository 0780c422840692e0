/* SPDX-License-Identifier: Apache-2.0 */
/* The part of LiteRT 2.3's C interface that the tflite engine calls, in our own words: the library
 * is opened with dlopen, so no header of its is needed to build. */
#ifndef MIEV_ENGINE_LITERT_API_H
#define MIEV_ENGINE_LITERT_API_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/engine.h"

#define LITERT_MAX_RANK 8

enum litert_status {
    LITERT_OK = 0,
    LITERT_NOMEM = 2,
    LITERT_UNSUPPORTED = 5,
    LITERT_BAD_FLATBUFFER = 501,
};

/* Element types have the numbers of TfLiteType. */
enum litert_element {
    LITERT_FLOAT32 = 1,
    LITERT_INT32 = 2,
    LITERT_UINT8 = 3,
    LITERT_INT64 = 4,
    LITERT_STRING = 5,
    LITERT_INT8 = 9,
    LITERT_FLOAT16 = 10,
    LITERT_RESOURCE = 14,
    LITERT_VARIANT = 15,
};

enum {
    LITERT_ANY_INT = 2,
    LITERT_OPTION_ACCELERATORS = 24,
    LITERT_OPTION_LOG_SEVERITY = 25,
    LITERT_LOG_SILENT = 4,
    LITERT_CPU = 1,
    LITERT_TENSOR_UNRANKED = 1,
    LITERT_QUANTISED_PER_TENSOR = 1,
};

struct litert_layout {
    unsigned rank : 7;
    unsigned has_strides : 1;
    int32_t dims[LITERT_MAX_RANK];
    uint32_t strides[LITERT_MAX_RANK];
};

struct litert_type {
    int32_t element;
    struct litert_layout layout;
};

struct litert_quantisation {
    float scale;
    int64_t zero_point;
};

struct litert_option {
    int32_t tag;
    struct {
        int32_t kind;
        int64_t number; /* a union in the library; only this member is used here */
    } value;
};

enum litert_event_kind {
    LITERT_EVENT_OPERATOR = 1 << 1,  /* one call of an operator */
    LITERT_EVENT_DELEGATED = 1 << 3, /* the same within a delegate, by its own count */
};

/* Of the profiler. */
struct litert_event {
    const char *tag; /* what it is called; the profiler's */
    int32_t kind;
    uint64_t start_us; /* 0 within a delegate */
    uint64_t microseconds;
    size_t memory[6];
    uint64_t node, subgraph;
    int32_t source;
};

static_assert(sizeof(struct litert_event) == 104, "ProfiledEventData");
static_assert(sizeof(struct litert_type) == 72, "LiteRtRankedTensorType");
static_assert(sizeof(struct litert_quantisation) == 16, "LiteRtQuantizationPerTensor");
static_assert(sizeof(struct litert_option) == 24, "LiteRtEnvOption");

/* Name without its prefix LiteRt, result, arguments. Handles are opaque pointers; results of type
 * int are enum litert_status. */
#define LITERT_FUNCTIONS(X)                                                                        \
    X(CreateEnvironment, int, (int n, const struct litert_option *options, void **out))            \
    X(DestroyEnvironment, void, (void *environment))                                               \
    X(CreateModelFromBuffer, int, (void *environment, const void *bytes, size_t n, void **out))    \
    X(DestroyModel, void, (void *model))                                                           \
    X(GetNumModelSignatures, int, (void *model, size_t *out))                                      \
    X(GetModelSignature, int, (void *model, size_t i, void **out))                                 \
    X(GetNumSignatureInputs, int, (void *signature, size_t *out))                                  \
    X(GetNumSignatureOutputs, int, (void *signature, size_t *out))                                 \
    X(GetSignatureInputTensorByIndex, int, (void *signature, size_t i, void **out))                \
    X(GetSignatureOutputTensorByIndex, int, (void *signature, size_t i, void **out))               \
    X(GetTensorName, int, (void *tensor, const char **out))                                        \
    X(GetTensorIndex, int, (void *tensor, uint32_t *out))                                          \
    X(GetTensorTypeId, int, (void *tensor, int *out))                                              \
    X(GetRankedTensorType, int, (void *tensor, struct litert_type *out))                           \
    X(GetQuantizationTypeId, int, (void *tensor, int *out))                                        \
    X(GetPerTensorQuantization, int, (void *tensor, struct litert_quantisation *out))              \
    X(CreateOptions, int, (void **out))                                                            \
    X(DestroyOptions, void, (void *options))                                                       \
    X(SetOptionsHardwareAccelerators, int, (void *options, int set))                               \
    X(CreateOpaqueOptions, int, (const char *id, void *data, void (*release)(void *), void **out)) \
    X(DestroyOpaqueOptions, void, (void *opaque))                                                  \
    X(AddOpaqueOptions, int, (void *options, void *opaque))                                        \
    X(CreateCompiledModel, int, (void *environment, void *model, void *options, void **out))       \
    X(DestroyCompiledModel, void, (void *compiled))                                                \
    X(CompiledModelResizeInputTensorNonStrict, int,                                                \
      (void *compiled, size_t signature, size_t i, const int *dims, size_t n))                     \
    X(GetCompiledModelOutputTensorLayouts, int,                                                    \
      (void *compiled, size_t signature, size_t n, struct litert_layout *out, bool update))        \
    X(CompiledModelIsFullyAccelerated, int, (void *compiled, bool *out))                           \
    X(CompiledModelGetErrorMessages, int, (void *compiled, char **out))                            \
    X(CompiledModelClearErrors, int, (void *compiled))                                             \
    X(CompiledModelGetProfiler, int, (void *compiled, void **out))                                 \
    X(StartProfiler, int, (void *profiler))                                                        \
    X(StopProfiler, int, (void *profiler))                                                         \
    X(GetNumProfilerEvents, int, (void *profiler, int *out))                                       \
    X(GetProfilerEvents, int, (void *profiler, int n, struct litert_event *out))                   \
    X(CreateTensorBufferFromHostMemory, int,                                                       \
      (const struct litert_type *type, void *memory, size_t n, void (*release)(void *),            \
       void **out))                                                                                \
    X(DestroyTensorBuffer, void, (void *buffer))                                                   \
    X(RunCompiledModel, int,                                                                       \
      (void *compiled, size_t signature, size_t n_inputs, void **inputs, size_t n_outputs,         \
       void **outputs))

struct litert_api {
/* NOLINTNEXTLINE(bugprone-macro-parentheses): these are parts of a declaration */
#define LITERT_SLOT(name, result, arguments) result(*name) arguments;
    LITERT_FUNCTIONS(LITERT_SLOT)
#undef LITERT_SLOT
};

/* The library of that folder, or the system's, and its version ("unknown" where nobody wrote it).
 * MIEV_ERR_UNAVAILABLE: there is none. MIEV_ERR_BROKEN: it is not the pinned one. */
MIEV_MUST_USE int miev_litert_open_library(const char *folder, struct litert_api *api,
                                           char *version, size_t capacity, struct miev_error *err);

/* Outputs that fit the caller's dtype names; all others are shown, never read. */
enum miev_dtype miev_litert_dtype(int32_t element);

/* Of a status of LiteRT that is not LITERT_OK. */
int miev_litert_status(int litert_status);

#endif
