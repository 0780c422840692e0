/* SPDX-License-Identifier: Apache-2.0 */
#include "core/sha256.h"

#include <sys/types.h>

#include <sha2.h>

void miev_sha256_hex(const void *bytes, size_t length, char out[65])
{
    (void)SHA256Data(bytes, length, out);
}
