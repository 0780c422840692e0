/* SPDX-License-Identifier: Apache-2.0 */
/* An open loop of requests to a server. */
#ifndef MIEV_REMOTE_TRAFFIC_H
#define MIEV_REMOTE_TRAFFIC_H

#include "engine/engine.h"
#include "remote/client.h"

/* Send the same request again and again, each when it is due or, where all lanes are busy, when
 * one becomes free: its latency counts from when it was due (no coordinated omission). An answer of
 * another status than 200 is a failure. */
MIEV_MUST_USE int miev_remote_traffic(struct miev_remote_client *client, unsigned lanes,
                                      const struct miev_remote_request *request, const char *who,
                                      const struct miev_traffic *plan,
                                      struct miev_traffic_result *out, struct miev_error *err);

#endif
