/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of data/, built into the library: C strings of the files as they are. */
#ifndef MIEV_CORE_DATA_H
#define MIEV_CORE_DATA_H

extern const char miev_data_sources[]; /* data/SOURCES.md */
extern const char miev_data_grid_country_year[];
extern const char miev_data_zone_aliases[];
extern const char miev_data_embodied_device[];
extern const char miev_data_embodied_gpu[];
extern const char miev_data_embodied_lifetime[];
extern const char miev_data_equivalents[];
extern const char miev_data_cpu_tdp[];
extern const char miev_data_cpu_microarch_w[];
extern const char miev_data_imagenet_time[];
extern const char miev_data_imagenet_labels[];
extern const char miev_data_cloud_instance[];
extern const char miev_data_cpu_design[];
extern const char miev_data_simulation[];
extern const char miev_data_server_power[];
extern const char miev_data_cloud_region[];
extern const char miev_data_grid_zone_electricitymaps[];
extern const char miev_data_grid_us_egrid[];
extern const char miev_data_country_outline[]; /* tenths of a degree: see grid/outline.c */
extern const char miev_data_method_grid[];
extern const char miev_data_cloud_machine[];
extern const char miev_data_gpu_tdp[];

#endif
