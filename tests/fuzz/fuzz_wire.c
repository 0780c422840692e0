/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes on the socket between parent and worker: each message is an object or a refusal, and
 * the end of the bytes is the end of the other process. */
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz.h"
#include "study/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int sockets[2], rc = MIEV_OK;
    struct miev_wire wire;
    if (size > 65536) /* more than the socket holds */
        return 0;
    fuzz_require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
    fuzz_require(size == 0 || write(sockets[1], data, size) == (ssize_t)size);
    (void)close(sockets[1]);
    miev_wire_init(&wire, sockets[0]);
    while (rc != MIEV_ERR_CRASHED) {
        struct miev_error err = {.code = MIEV_OK};
        json_t *message = NULL;
        int fd = 7;
        rc = miev_wire_receive(&wire, 0, &message, &fd, &err);
        fuzz_require(rc == MIEV_OK ? json_is_object(message) && fd == -1
                                   : !message && err.message[0] != '\0');
        fuzz_require(rc == MIEV_OK || rc == MIEV_ERR_INVALID || rc == MIEV_ERR_LIMIT ||
                     rc == MIEV_ERR_CRASHED);
        json_decref(message);
    }
    miev_wire_finish(&wire);
    return 0;
}
