/* SPDX-License-Identifier: Apache-2.0 */
#include "engine/onnx_provider.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"

static void *append_cuda(const struct onnx_api *api, void *options)
{
    void *settings = NULL;
    void *status = api->CreateCUDAProviderOptions(&settings);
    if (!status)
        status = api->SessionOptionsAppendExecutionProvider_CUDA_V2(options, settings);
    if (settings)
        api->ReleaseCUDAProviderOptions(settings);
    return status;
}

/* What TensorRT leaves goes to CUDA. */
static void *append_tensorrt(const struct onnx_api *api, void *options)
{
    void *settings = NULL;
    void *status = api->CreateTensorRTProviderOptions(&settings);
    if (!status)
        status = api->SessionOptionsAppendExecutionProvider_TensorRT_V2(options, settings);
    if (settings)
        api->ReleaseTensorRTProviderOptions(settings);
    return status ? status : append_cuda(api, options);
}

static void *append_openvino(const struct onnx_api *api, void *options)
{
    return api->SessionOptionsAppendExecutionProvider(options, "OpenVINO", NULL, NULL, 0);
}

static const struct miev_onnx_provider providers[] = {
    {"cpu", "CPUExecutionProvider", NULL},
    {"cuda", "CUDAExecutionProvider", append_cuda},
    {"tensorrt", "TensorrtExecutionProvider", append_tensorrt},
    {"openvino", "OpenVINOExecutionProvider", append_openvino},
};

int miev_onnx_find_provider(const char *wanted, const struct miev_onnx_provider **out,
                            struct miev_error *err)
{
    *out = &providers[0];
    if (!wanted || strcmp(wanted, "none") == 0)
        return MIEV_OK;
    for (size_t i = 0; i < sizeof(providers) / sizeof(providers[0]); i++)
        if (strcmp(wanted, providers[i].delegate) == 0) {
            *out = &providers[i];
            return MIEV_OK;
        }
    return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                          "the onnx engine has no delegate '%.40s': name cpu, cuda, tensorrt or "
                          "openvino, or leave it out for the CPU",
                          wanted);
}

int miev_onnx_check_provider(const struct onnx_api *api, const struct miev_onnx_provider *provider,
                             const char *version, struct miev_error *err)
{
    char **names = NULL;
    char list[256] = "";
    int n = 0;
    bool there = false;
    int rc =
        miev_onnx_check(api, api->GetAvailableProviders(&names, &n), "list its providers", err);
    if (rc != MIEV_OK)
        return rc;
    for (int i = 0; i < n; i++) {
        size_t used = strlen(list);
        there = there || strcmp(names[i], provider->name) == 0;
        (void)snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "", names[i]);
    }
    rc = miev_onnx_check(api, api->ReleaseAvailableProviders(names, n), "list its providers", err);
    if (rc != MIEV_OK || there)
        return rc;
    return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                          "the ONNX Runtime that is here (%s) was built without %s; it has %s: "
                          "leave --delegate out, or put a build with it into the runtime folder",
                          version, provider->name, list);
}
