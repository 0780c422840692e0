/* SPDX-License-Identifier: Apache-2.0 */
#include "server/clients.h"

#include <math.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ADDRESSES 4096

struct client {
    struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d; of IPv6 the network of 64 bits */
    unsigned connections;
    double allowance; /* requests */
    uint64_t seen_ns;
};

struct miev_clients {
    pthread_mutex_t mutex;
    struct miev_clients_limits limits;
    struct client list[MAX_ADDRESSES];
    size_t n;
    unsigned connections;
};

struct miev_clients *miev_clients_create(const struct miev_clients_limits *limits)
{
    struct miev_clients *clients = calloc(1, sizeof(*clients));
    if (!clients || pthread_mutex_init(&clients->mutex, NULL) != 0) {
        free(clients);
        return NULL;
    }
    clients->limits = *limits;
    return clients;
}

void miev_clients_destroy(struct miev_clients *clients)
{
    if (!clients)
        return;
    (void)pthread_mutex_destroy(&clients->mutex);
    free(clients);
}

/* One household or office has a whole /64 of IPv6, so that its addresses count as one. */
static struct in6_addr key_of(const struct sockaddr *address)
{
    struct in6_addr key = {0};
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof(in));
        key.s6_addr[10] = key.s6_addr[11] = 0xff;
        memcpy(&key.s6_addr[12], &in.sin_addr, sizeof(in.sin_addr));
    } else if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof(in));
        key = in.sin6_addr;
        if (!IN6_IS_ADDR_V4MAPPED(&key) && !IN6_IS_ADDR_LOOPBACK(&key))
            memset(&key.s6_addr[8], 0, 8);
    }
    return key;
}

static bool is_loopback(const struct in6_addr *key)
{
    return IN6_IS_ADDR_LOOPBACK(key) || (IN6_IS_ADDR_V4MAPPED(key) && key->s6_addr[12] == 127);
}

/* The entry of an address. A new one takes the place of the quiet one that was seen longest ago;
 * NULL when all are connected. */
static struct client *find(struct miev_clients *clients, const struct sockaddr *address,
                           uint64_t now_ns)
{
    struct in6_addr key = key_of(address);
    struct client *oldest = NULL;
    for (size_t i = 0; i < clients->n; i++) {
        struct client *client = &clients->list[i];
        if (memcmp(&client->address, &key, sizeof(key)) == 0)
            return client;
        if (client->connections == 0 && (!oldest || client->seen_ns < oldest->seen_ns))
            oldest = client;
    }
    struct client *made = clients->n < MAX_ADDRESSES ? &clients->list[clients->n++] : oldest;
    if (made)
        *made =
            (struct client){.address = key, .allowance = clients->limits.burst, .seen_ns = now_ns};
    return made;
}

bool miev_clients_enter(struct miev_clients *clients, const struct sockaddr *address,
                        uint64_t now_ns)
{
    (void)pthread_mutex_lock(&clients->mutex);
    struct client *client = find(clients, address, now_ns);
    clients->connections++;
    bool fits = client && clients->connections <= clients->limits.connections;
    if (client) {
        client->connections++;
        fits = fits && (is_loopback(&client->address) ||
                        client->connections <= clients->limits.connections_per_address);
    }
    (void)pthread_mutex_unlock(&clients->mutex);
    return fits;
}

void miev_clients_leave(struct miev_clients *clients, const struct sockaddr *address)
{
    struct in6_addr key = key_of(address);
    (void)pthread_mutex_lock(&clients->mutex);
    clients->connections--;
    for (size_t i = 0; i < clients->n; i++)
        if (memcmp(&clients->list[i].address, &key, sizeof(key)) == 0 &&
            clients->list[i].connections > 0)
            clients->list[i].connections--;
    (void)pthread_mutex_unlock(&clients->mutex);
}

/* What an address may still ask, now. */
static struct client *refill(struct miev_clients *clients, const struct sockaddr *address,
                             uint64_t now_ns)
{
    const struct miev_clients_limits *limits = &clients->limits;
    struct client *client = find(clients, address, now_ns);
    if (!client)
        return NULL;
    double passed_s = now_ns > client->seen_ns ? (double)(now_ns - client->seen_ns) * 1e-9 : 0;
    client->allowance = fmin(limits->burst, client->allowance + passed_s * limits->requests_per_s);
    client->seen_ns = now_ns;
    return client;
}

unsigned miev_clients_take(struct miev_clients *clients, const struct sockaddr *address,
                           double cost, uint64_t now_ns)
{
    unsigned wait_s = 1;
    (void)pthread_mutex_lock(&clients->mutex);
    struct client *client = refill(clients, address, now_ns);
    if (client && client->allowance >= cost) {
        client->allowance -= cost;
        wait_s = 0;
    } else if (client) {
        double missing = cost - client->allowance;
        wait_s = (unsigned)fmax(1, ceil(missing / clients->limits.requests_per_s));
    }
    (void)pthread_mutex_unlock(&clients->mutex);
    return wait_s;
}

void miev_clients_charge(struct miev_clients *clients, const struct sockaddr *address, double cost,
                         uint64_t now_ns)
{
    (void)pthread_mutex_lock(&clients->mutex);
    struct client *client = refill(clients, address, now_ns);
    if (client)
        client->allowance = fmax(-clients->limits.burst, client->allowance - cost);
    (void)pthread_mutex_unlock(&clients->mutex);
}

unsigned miev_clients_connections(struct miev_clients *clients)
{
    (void)pthread_mutex_lock(&clients->mutex);
    unsigned n = clients->connections;
    (void)pthread_mutex_unlock(&clients->mutex);
    return n;
}
