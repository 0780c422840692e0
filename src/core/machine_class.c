/* SPDX-License-Identifier: Apache-2.0 */
#include "core/machine_class.h"

const char *miev_machine_class_name(enum miev_machine_class machine_class)
{
    static const char *const names[] = {"unknown", "server", "desktop", "laptop"};
    return names[machine_class];
}
