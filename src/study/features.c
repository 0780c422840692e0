/* SPDX-License-Identifier: Apache-2.0 */
#include "study/features.h"

#include <math.h>

#include "core/error.h"
#include "study/predict.h"

/* How a tensor's numbers lie: feature f at place p is number f * feature_step + p * place_step. */
struct layout {
    size_t features, places, feature_step, place_step;
};

static struct layout layout_of(const struct miev_tensor *tensor, bool channels_first)
{
    size_t size = miev_dtype_size(tensor->dtype), n = size ? tensor->bytes / size : 0;
    size_t channels = (size_t)tensor->dims[channels_first ? 1 : 3];
    if (tensor->n_dims != 4 || tensor->dims[0] != 1 || channels == 0 || n % channels != 0)
        return (struct layout){n, 1, 1, 1};
    size_t places = n / channels;
    return channels_first ? (struct layout){channels, places, places, 1}
                          : (struct layout){channels, places, 1, channels};
}

int miev_features_count(const struct miev_tensor *tensor, bool channels_first, size_t *out,
                        struct miev_error *err)
{
    if (!miev_tensor_readable(tensor))
        return miev_error_set(
            err, MIEV_ERR_UNSUPPORTED,
            "what the model gives is %s, not features (float32, float16, uint8 or "
            "int8)",
            miev_dtype_name(tensor->dtype));
    struct layout layout = layout_of(tensor, channels_first);
    if (layout.features == 0 || layout.features > MIEV_FEATURES_MAX)
        return miev_error_set(err, MIEV_ERR_UNSUPPORTED,
                              "the model gives %zu features for a picture, 1 to %u can be used",
                              layout.features, MIEV_FEATURES_MAX);
    *out = layout.features;
    return MIEV_OK;
}

bool miev_features_read(const struct miev_tensor *tensor, bool channels_first, size_t n, float *out)
{
    struct layout layout = layout_of(tensor, channels_first);
    bool finite = miev_tensor_readable(tensor) && layout.features == n && layout.places > 0;
    for (size_t f = 0; finite && f < n; f++) {
        double sum = 0;
        for (size_t p = 0; p < layout.places; p++)
            sum += miev_tensor_number(tensor, f * layout.feature_step + p * layout.place_step);
        out[f] = (float)(sum / (double)layout.places);
        finite = isfinite(out[f]);
    }
    for (size_t f = 0; !finite && f < n; f++)
        out[f] = NAN;
    return finite;
}
