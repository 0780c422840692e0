/* SPDX-License-Identifier: Apache-2.0 */
/* The meter of the machine that serves a model: GPU counters of its inference server, or a MIEV
 * there. Its readings are all that those channels draw, other work and idle power included, and
 * what this machine draws is none of it. */
#ifndef MIEV_REMOTE_METER_H
#define MIEV_REMOTE_METER_H

#include "meter/meter.h"
#include "remote/address.h"

struct miev_remote_meter; /* opaque */

/* Open the meter at an address: "http://host:8470" is a MIEV, one with a path is a page in the text
 * form of Prometheus ("http://host:8002/metrics"). env: this machine's, for its clock and the token
 * in MIEV_METER_TOKEN; it must outlive the meter. */
MIEV_MUST_USE int miev_remote_meter_open(const struct miev_env *env, const char *address,
                                         struct miev_remote_meter **out, struct miev_error *err);
void miev_remote_meter_close(struct miev_remote_meter *meter); /* NULL allowed */
/* Its channels, for miev_meter_read and the rest; it stays the other's. */
struct miev_meter *miev_remote_meter_channels(const struct miev_remote_meter *meter);
/* "http://host:8002/metrics": whose joules they are. */
const char *miev_remote_meter_address(const struct miev_remote_meter *meter);
/* Words about what is in its joules and what is not. */
const char *miev_remote_meter_boundary(const struct miev_remote_meter *meter);

#endif
