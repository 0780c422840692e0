/* SPDX-License-Identifier: Apache-2.0 */
#include "remote/dialler.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.h"

#define CONNECT_MAX_MS 10000

/* ---- the process ---------------------------------------------------------------------------- */

/* 0 and a connection in *out, or an errno. */
static int connect_to(const struct addrinfo *at, int *out)
{
    int error = 0, on = 1;
    socklen_t length = sizeof(error);
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return errno;
    if (connect(fd, at->ai_addr, at->ai_addrlen) != 0)
        error = errno;
    if (error == EINPROGRESS) {
        struct pollfd waits = {.fd = fd, .events = POLLOUT};
        error = poll(&waits, 1, CONNECT_MAX_MS) == 1 ? 0 : ETIMEDOUT;
        if (error == 0 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0)
            error = errno;
    }
    if (error != 0) {
        (void)close(fd);
        return error;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    *out = fd;
    return 0;
}

/* The number of the error, 0 for none, and the connection beside it. */
static bool hand_over(int to, int number, int connection)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec part = {.iov_base = &number, .iov_len = sizeof(number)};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (number == 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof(control.bytes);
        struct cmsghdr *head = CMSG_FIRSTHDR(&message);
        head->cmsg_level = SOL_SOCKET;
        head->cmsg_type = SCM_RIGHTS;
        head->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(head), &connection, sizeof(int));
    }
    return sendmsg(to, &message, MSG_NOSIGNAL) == (ssize_t)sizeof(number);
}

/* One connection for each byte that comes; the addresses are tried in turn. */
static void serve(int socket_fd, const struct addrinfo *list)
{
    char asked = 0;
    bool heard = true;
    while (heard && read(socket_fd, &asked, 1) == 1) {
        int connection = -1, number = EADDRNOTAVAIL;
        for (const struct addrinfo *at = list; at && number != 0; at = at->ai_next)
            number = connect_to(at, &connection);
        heard = hand_over(socket_fd, number, connection);
        if (number == 0)
            (void)close(connection);
    }
}

/* ---- this side ------------------------------------------------------------------------------ */

static int start(const struct addrinfo *list, int *out, struct miev_error *err)
{
    int sockets[2];
    pid_t worker = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
        return miev_error_errno(err, "cannot make a socket pair");
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        /* Nothing else of the worker's stays open: its parent must see it end. */
        (void)dup2(sockets[1], STDIN_FILENO);
        (void)close_range(STDIN_FILENO + 1, ~0u, 0);
        if (getppid() == worker)
            serve(STDIN_FILENO, list);
        _exit(0);
    }
    int rc = pid < 0 ? miev_error_errno(err, "cannot start a process that connects") : MIEV_OK;
    (void)close(sockets[1]);
    if (rc == MIEV_OK)
        *out = sockets[0];
    else
        (void)close(sockets[0]);
    return rc;
}

int miev_dialler_start(const struct miev_remote_origin *origin, int *fd, struct miev_error *err)
{
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list = NULL;
    (void)snprintf(port, sizeof(port), "%u", origin->port);
    int failed = getaddrinfo(origin->host, port, &hints, &list);
    if (failed)
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE, "the host %s is not known: %s",
                              origin->host, gai_strerror(failed));
    int rc = start(list, fd, err);
    freeaddrinfo(list);
    return rc;
}

int miev_dialler_dial(int fd, int *number)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {0};
    int connection = -1, told = EPIPE;
    struct iovec part = {.iov_base = &told, .iov_len = sizeof(told)};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof(control.bytes)};
    ssize_t n = write(fd, "", 1);
    if (n == 1)
        n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    const struct cmsghdr *head = n == (ssize_t)sizeof(told) ? CMSG_FIRSTHDR(&message) : NULL;
    if (head && head->cmsg_type == SCM_RIGHTS)
        memcpy(&connection, CMSG_DATA(head), sizeof(connection));
    *number = n == (ssize_t)sizeof(told) ? told : EPIPE;
    return connection;
}
