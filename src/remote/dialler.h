/* SPDX-License-Identifier: Apache-2.0 */
/* A process beside the locked worker that connects to one host and port, and hands the connection
 * over. So the worker, which reads what a stranger sends, needs no right to open a socket: it can
 * reach that host and nobody else. */
#ifndef MIEV_REMOTE_DIALLER_H
#define MIEV_REMOTE_DIALLER_H

#include "remote/address.h"

/* Look the host up and start the process, which ends when *fd is closed. Before the lock, and while
 * the process has one thread: it forks. MIEV_ERR_UNAVAILABLE: the name is not known. */
MIEV_MUST_USE int miev_dialler_start(const struct miev_remote_origin *origin, int *fd,
                                     struct miev_error *err);
/* A new connection that does not block, to be closed by the caller, or -1 with *number set to the
 * errno that says why. */
int miev_dialler_dial(int fd, int *number);

#endif
