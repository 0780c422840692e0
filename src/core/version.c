/* SPDX-License-Identifier: Apache-2.0 */
#include "miev.h"

const char *miev_version(void)
{
    return MIEV_VERSION;
}
