/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIEV_CORE_MACHINE_CLASS_H
#define MIEV_CORE_MACHINE_CLASS_H

/* What kind of machine this is: its power supply, its embodied carbon and its life differ. */
enum miev_machine_class {
    MIEV_MACHINE_UNKNOWN,
    MIEV_MACHINE_SERVER,
    MIEV_MACHINE_DESKTOP,
    MIEV_MACHINE_LAPTOP
};

/* "unknown", "server", "desktop", "laptop": as in the report. */
const char *miev_machine_class_name(enum miev_machine_class machine_class);

#endif
