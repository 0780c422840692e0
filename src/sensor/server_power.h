/* SPDX-License-Identifier: Apache-2.0 */
/* Wall power of a server, at rest and at full load, from what it is: the fit of
 * data/server_power.csv to published results. Pure; docs/method-energy.md 3 gives the equation. */
#ifndef MIEV_SENSOR_SERVER_POWER_H
#define MIEV_SENSOR_SERVER_POWER_H

#include <stdbool.h>
#include <stddef.h>

#define MIEV_CPU_DESIGN_MAX 32

/* What is known of a server. */
struct miev_server {
    const char *cpu_name; /* as it names itself; "" when not known */
    const char *design;   /* as miev_microarch_name has it; "": looked up by the name */
    unsigned sockets;     /* >= 1 */
    unsigned cores;       /* of all sockets, >= 1 */
    double memory_gib;    /* of all sockets; 0: not known */
};

struct miev_wall_power {
    double w;             /* at the wall: power supply, fans, board, memory and disks included */
    double low_w, high_w; /* 90 % of servers that the fit never saw lie within */
};

/* How much the fit knew, best first. */
enum miev_server_known {
    MIEV_SERVER_RATING_AND_DESIGN,
    MIEV_SERVER_DESIGN,
    MIEV_SERVER_RATING,
    MIEV_SERVER_NEITHER,
};
/* "rating and design", "design", "rating", "neither": as in the table. */
const char *miev_server_known_name(enum miev_server_known known);

struct miev_server_power {
    struct miev_wall_power idle, full;
    enum miev_server_known known;
    char design[MIEV_CPU_DESIGN_MAX]; /* "" when no design of the fit */
    double tdp_w;                     /* of one socket, 0 when not known */
};

/* table: the text of data/server_power.csv, or of another fit in its form. False, *out unchanged,
 * when that table lacks a line that is needed. */
bool miev_server_power_of(const char *table, const struct miev_server *server,
                          struct miev_server_power *out);

/* The design that a name belongs to by data/cpu_design.csv; false when it belongs to none. */
bool miev_cpu_design_find(const char *cpu_name, char out[MIEV_CPU_DESIGN_MAX]);

/* The usual server of a design: half of the published ones have as much or less; at most two
 * sockets. */
struct miev_usual_server {
    unsigned sockets, cores_per_socket, threads_per_core;
    double gib_per_core;
};
bool miev_usual_server_of(const char *table, const char *design, struct miev_usual_server *out);

#endif
