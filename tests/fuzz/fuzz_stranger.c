/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes that are given for a model: they get a name in words that can be shown. */
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char words[300];
    memset(words, 'x', sizeof(words));
    miev_engine_describe_stranger(data, size, words, sizeof(words));
    const char *end = memchr(words, '\0', sizeof(words));
    if (!end || end - words < 10)
        abort();
    for (const char *c = words; c < end; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            abort();
    return 0;
}
