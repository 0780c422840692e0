/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of data/, built into the library as they are. One line a table; core/data.h declares
 * it. An assembler file, because .incbin costs no memory at build time and survives LTO. */

.macro table name, file
    .section .rodata
    .global miev_data_\name
    .hidden miev_data_\name
    .balign 16
miev_data_\name:
    .incbin "\file"
    .byte 0 /* so that it is also a C string */
.endm

table sources, "SOURCES.md"
table grid_country_year, "grid_country_year.csv"
table zone_aliases, "zone_aliases.csv"
table embodied_device, "embodied_device.csv"
table embodied_gpu, "embodied_gpu.csv"
table embodied_lifetime, "embodied_lifetime.csv"
table equivalents, "equivalents.csv"
table cpu_tdp, "cpu_tdp.csv"
table cpu_microarch_w, "cpu_microarch_w.csv"
table imagenet_time, "imagenet_time.csv"
table imagenet_labels, "imagenet_labels.txt"
table cloud_instance, "cloud_instance.csv"
table cpu_design, "cpu_design.csv"
table simulation, "simulation.csv"
table server_power, "server_power.csv"
table cloud_region, "cloud_region.csv"
table grid_zone_electricitymaps, "grid_zone_electricitymaps.csv"
table grid_us_egrid, "grid_us_egrid.csv"
table country_outline, "country_outline.txt"
table method_grid, "method_grid.csv"
table cloud_machine, "cloud_machine.csv"
table gpu_tdp, "gpu_tdp.csv"

    .section .note.GNU-stack, "", %progbits
