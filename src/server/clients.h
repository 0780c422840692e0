/* SPDX-License-Identifier: Apache-2.0 */
/* Who is connected, by address: how many connections each has, and how many requests it may still
 * make. Addresses are forgotten when they are quiet and room is needed. Callable from any thread:
 * one mutex of its own, a leaf that is never held while anything else is done. */
#ifndef MIEV_SERVER_CLIENTS_H
#define MIEV_SERVER_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct miev_clients_limits {
    unsigned connections; /* of all addresses */
    unsigned
        connections_per_address;  /* loopback, where a proxy may stand, has no limit of its own */
    double requests_per_s, burst; /* of one address */
};

struct miev_clients;

/* NULL without memory. */
struct miev_clients *miev_clients_create(const struct miev_clients_limits *limits);
void miev_clients_destroy(struct miev_clients *clients); /* NULL allowed */

/* Count a connection. False: it is one too many; it counts all the same, until it leaves. */
bool miev_clients_enter(struct miev_clients *clients, const struct sockaddr *address,
                        uint64_t now_ns);
void miev_clients_leave(struct miev_clients *clients, const struct sockaddr *address);

/* Take `cost` requests of an address's allowance. Returns 0, or the seconds (1 and up) after which
 * there will be enough. */
unsigned miev_clients_take(struct miev_clients *clients, const struct sockaddr *address,
                           double cost, uint64_t now_ns);

/* Take them whether it has them or not: it has to wait until they are made up for. */
void miev_clients_charge(struct miev_clients *clients, const struct sockaddr *address, double cost,
                         uint64_t now_ns);

unsigned miev_clients_connections(struct miev_clients *clients);

#endif
