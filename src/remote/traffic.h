/* SPDX-License-Identifier: Apache-2.0 */
/* An open loop of requests to a server. */
#ifndef MIEV_REMOTE_TRAFFIC_H
#define MIEV_REMOTE_TRAFFIC_H

#include "engine/engine.h"
#include "remote/client.h"

/* What is asked again and again. */
struct miev_remote_target {
    const struct miev_remote_request *request;
    const char *cheap_path; /* what each lane opens its connection by asking for */
    const char *who;        /* "the server at http://host:8000" */
    unsigned lanes;         /* of the client */
};

/* Send the request when each is due or, where all lanes are busy, when one becomes free: its
 * latency counts from when it was due (no coordinated omission). An answer of another status than
 * 200 is a failure. */
MIEV_MUST_USE int miev_remote_traffic(struct miev_remote_client *client,
                                      const struct miev_remote_target *target,
                                      const struct miev_traffic *plan,
                                      struct miev_traffic_result *out, struct miev_error *err);

#endif
