/* SPDX-License-Identifier: Apache-2.0 */
/* The state file of an evaluation of eight images, which anyone may have written: what it yields
 * are classes that the model has, for a number of images that there are. */
#include <stdlib.h>
#include <string.h>

#include "eval/pass.h"
#include "fuzz.h"

enum { IMAGES = 8, CLASSES = 10 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "a.jpg";
    uint32_t of_class[CLASSES] = {0}, of_folder[1] = {0};
    struct miev_eval_options options = {.map_only = false};
    int32_t best[IMAGES * MIEV_EVAL_TOP] = {0};
    unsigned char outcome[IMAGES] = {0};
    struct miev_dataset_image images[IMAGES];
    for (size_t i = 0; i < IMAGES; i++)
        images[i] = (struct miev_dataset_image){.path = path};
    struct miev_eval eval = {.options = &options,
                             .dataset = {.images = images, .n = IMAGES, .n_classes = 1}};
    struct miev_eval_model model = {.classes = CLASSES,
                                    .n_best = 2,
                                    .groups = {.of_class = of_class, .of_folder = of_folder},
                                    .best = best,
                                    .outcome = outcome,
                                    .failures = json_array(),
                                    .state_fd = -1};
    size_t used = miev_eval_state_replay(&eval, &model, (const char *)data, size);
    if (used > size || model.done > IMAGES || model.energy.images > IMAGES)
        abort();
    for (size_t i = 0; i < IMAGES; i++)
        if ((outcome[i] != MIEV_EVAL_OPEN) != (i < model.done) || best[i * MIEV_EVAL_TOP] < -1 ||
            best[i * MIEV_EVAL_TOP] >= CLASSES)
            abort();
    json_decref(model.failures);
    return 0;
}
