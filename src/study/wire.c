/* SPDX-License-Identifier: Apache-2.0 */
#include "study/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"
#include "core/json.h"

/* Room for one descriptor, aligned as the kernel wants it. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};

void miev_wire_init(struct miev_wire *wire, int socket)
{
    *wire = (struct miev_wire){.socket = socket, .waiting_fd = -1};
}

void miev_wire_finish(struct miev_wire *wire)
{
    if (wire->socket >= 0)
        (void)close(wire->socket);
    if (wire->waiting_fd >= 0)
        (void)close(wire->waiting_fd);
    free(wire->bytes);
    *wire = (struct miev_wire){.socket = -1, .waiting_fd = -1};
}

/* Send some bytes, the descriptor with the first of them. */
static ssize_t send_some(int socket, char *bytes, size_t length, int fd)
{
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    union control control = {0};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        header.msg_control = control.bytes;
        header.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *item = CMSG_FIRSTHDR(&header);
        item->cmsg_level = SOL_SOCKET;
        item->cmsg_type = SCM_RIGHTS;
        item->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(item), &fd, sizeof(fd));
    }
    return sendmsg(socket, &header, MSG_NOSIGNAL);
}

int miev_wire_send(struct miev_wire *wire, const json_t *message, int fd, struct miev_error *err)
{
    char *line = json_dumps(message, JSON_COMPACT);
    if (!line)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a message");
    size_t length = strlen(line);
    line[length++] = '\n'; /* in place of the terminator: one message, one line */
    int rc = MIEV_OK;
    for (size_t sent = 0; sent < length && rc == MIEV_OK;) {
        ssize_t n = send_some(wire->socket, line + sent, length - sent, sent == 0 ? fd : -1);
        if (n >= 0)
            sent += (size_t)n;
        else if (errno == EAGAIN)
            rc = miev_error_set(err, MIEV_ERR_TIMEOUT, "the other process takes no message");
        else if (errno == EPIPE || errno == ECONNRESET)
            rc = miev_error_set(err, MIEV_ERR_CRASHED, "the other process has ended");
        else if (errno != EINTR)
            rc = miev_error_errno(err, "cannot send to the other process");
    }
    free(line);
    return rc;
}

static int make_room(struct miev_wire *wire, struct miev_error *err)
{
    if (wire->used < wire->capacity)
        return MIEV_OK;
    if (wire->capacity >= MIEV_WIRE_MAX_MESSAGE)
        return miev_error_set(err, MIEV_ERR_LIMIT,
                              "a message of the other process is over %u bytes",
                              MIEV_WIRE_MAX_MESSAGE);
    size_t capacity = wire->capacity ? wire->capacity * 2 : 4096;
    char *bytes = realloc(wire->bytes, capacity);
    if (!bytes)
        return miev_error_set(err, MIEV_ERR_NOMEM, "no memory for a message");
    wire->bytes = bytes;
    wire->capacity = capacity;
    return MIEV_OK;
}

static void keep_descriptor(struct miev_wire *wire, struct msghdr *header)
{
    for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item; item = CMSG_NXTHDR(header, item)) {
        if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_RIGHTS)
            continue;
        int fd = -1;
        memcpy(&fd, CMSG_DATA(item), sizeof(fd));
        if (wire->waiting_fd >= 0)
            (void)close(wire->waiting_fd); /* only one a message is ever expected */
        wire->waiting_fd = fd;
    }
}

static int receive_some(struct miev_wire *wire, struct miev_error *err)
{
    int rc = make_room(wire, err);
    if (rc != MIEV_OK)
        return rc;
    struct iovec part = {.iov_base = wire->bytes + wire->used,
                         .iov_len = wire->capacity - wire->used};
    union control control = {0};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof(control.bytes)};
    ssize_t n = recvmsg(wire->socket, &header, MSG_CMSG_CLOEXEC);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return MIEV_OK;
    if (n == 0 || (n < 0 && errno == ECONNRESET))
        return miev_error_set(err, MIEV_ERR_CRASHED, "the other process has ended");
    if (n < 0)
        return miev_error_errno(err, "cannot receive from the other process");
    keep_descriptor(wire, &header);
    wire->used += (size_t)n;
    return MIEV_OK;
}

/* Of the first whole line; NULL: there is none yet. */
static char *end_of_line(const struct miev_wire *wire)
{
    size_t unseen = wire->used - wire->searched;
    return unseen > 0 ? memchr(wire->bytes + wire->searched, '\n', unseen) : NULL;
}

bool miev_wire_holds_message(const struct miev_wire *wire)
{
    return end_of_line(wire) != NULL;
}

/* Take the first whole line, if there is one. */
static int take_message(struct miev_wire *wire, json_t **out, struct miev_error *err)
{
    char *end = end_of_line(wire);
    if (!end) {
        wire->searched = wire->used;
        return MIEV_OK;
    }
    size_t length = (size_t)(end - wire->bytes);
    int rc = miev_json_parse(wire->bytes, length, out, err);
    wire->used -= length + 1;
    wire->searched = 0;
    memmove(wire->bytes, end + 1, wire->used);
    if (rc == MIEV_OK && !json_is_object(*out)) {
        json_decref(*out);
        *out = NULL;
        rc = miev_error_set(err, MIEV_ERR_INVALID, "a message of the other process is no object");
    }
    return rc;
}

static int64_t now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* What is left of the wait, for poll(): the other process cannot prolong it by a byte now and then.
 */
static int left_ms(int timeout_ms, int64_t begun_ms)
{
    if (timeout_ms < 0)
        return -1;
    int64_t left = begun_ms + timeout_ms - now_ms();
    return left > 0 ? (int)left : 0;
}

int miev_wire_receive(struct miev_wire *wire, int timeout_ms, json_t **out, int *fd,
                      struct miev_error *err)
{
    json_t *message = NULL;
    int64_t begun_ms = now_ms();
    for (;;) {
        int rc = take_message(wire, &message, err);
        if (rc != MIEV_OK)
            return rc;
        if (message)
            break;
        struct pollfd waiting = {.fd = wire->socket, .events = POLLIN};
        int ready = poll(&waiting, 1, left_ms(timeout_ms, begun_ms));
        if (ready == 0)
            return miev_error_set(err, MIEV_ERR_TIMEOUT, "no answer within %d ms", timeout_ms);
        if (ready < 0 && errno == EINTR)
            return miev_error_set(err, MIEV_ERR_INTERRUPTED, "interrupted");
        if (ready < 0)
            return miev_error_errno(err, "cannot wait for the other process");
        rc = receive_some(wire, err);
        if (rc != MIEV_OK)
            return rc;
    }
    *out = message;
    if (fd) {
        *fd = wire->waiting_fd;
        wire->waiting_fd = -1;
    }
    return MIEV_OK;
}
