/* SPDX-License-Identifier: Apache-2.0 */
/* Answers for clients that take them compressed. */
#ifndef MIEV_SERVER_SQUEEZE_H
#define MIEV_SERVER_SQUEEZE_H

#include "server/call.h"

#define MIEV_SQUEEZE_FROM_BYTES 1024u

/* Compress a text in place of *text, which is freed, by gzip. False without memory: it stays. */
bool miev_squeeze(char **text, size_t *length);
/* Whether the client takes gzip. */
bool miev_squeeze_wanted(const struct miev_call *call);
/* The reply's bytes are gzip already. */
void miev_squeeze_told(struct miev_call *call);
/* Compress a reply that is a text, large enough and wanted so. */
void miev_squeeze_reply(struct miev_call *call);

#endif
