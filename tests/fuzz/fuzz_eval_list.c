/* SPDX-License-Identifier: Apache-2.0 */
/* A dataset's list: every image it yields has a path without zero bytes and a class of the list. */
#include <stdlib.h>
#include <string.h>

#include "eval/dataset.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct miev_dataset list = {.folder = -1};
    struct miev_error err;
    char *text = malloc(size + 1); /* no byte behind the text may be read */
    if (!text)
        return 0;
    memcpy(text, data, size);
    if (miev_dataset_read_list(text, size, &list, &err) == MIEV_OK)
        for (size_t i = 0; i < list.n; i++)
            if (list.images[i].path[0] == '\0' || list.images[i].class_index >= list.n_classes ||
                (i > 0 && list.images[i].class_index < list.images[i - 1].class_index))
                abort();
    miev_dataset_finish(&list);
    free(text);
    return 0;
}
