/* SPDX-License-Identifier: Apache-2.0 */
/* What computes: ONNX Runtime's "execution providers", which are our delegates. */
#ifndef MIEV_ENGINE_ONNX_PROVIDER_H
#define MIEV_ENGINE_ONNX_PROVIDER_H

#include "engine/onnx_api.h"

struct miev_onnx_provider {
    const char *delegate; /* as --delegate names it */
    const char *name;     /* as the runtime does */
    /* Put it before the CPU's, which takes what it leaves; returns a status. NULL for the CPU's
     * own, which is always there. */
    void *(*append)(const struct onnx_api *api, void *options);
};

/* The one of that delegate; the CPU's for NULL and "none". MIEV_ERR_UNSUPPORTED names them all. */
MIEV_MUST_USE int miev_onnx_find_provider(const char *wanted, const struct miev_onnx_provider **out,
                                          struct miev_error *err);

/* MIEV_ERR_UNAVAILABLE when this build of the runtime was made without it, with those it has. */
MIEV_MUST_USE int miev_onnx_check_provider(const struct onnx_api *api,
                                           const struct miev_onnx_provider *provider,
                                           const char *version, struct miev_error *err);

#endif
