/* SPDX-License-Identifier: Apache-2.0 */
#include "store/folder.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"

#define GATE_TRIES 1000 /* of 10 ms */

static int open_lock(const char *folder, int flags)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s/running.lock", folder);
    if (length < 0 || (size_t)length >= sizeof(path))
        return -1;
    return open(path, flags | O_CLOEXEC, 0600);
}

static struct flock byte_of(int64_t id, short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = id, .l_len = 1};
}

int miev_store_own(struct miev_store_owners *owners, const char *folder, int64_t id,
                   struct miev_error *err)
{
    struct flock lock = byte_of(id, F_WRLCK);
    if (owners->own_fd < 0)
        owners->own_fd = open_lock(folder, O_RDWR | O_CREAT);
    if (owners->own_fd < 0 || fcntl(owners->own_fd, F_OFD_SETLK, &lock) != 0)
        return miev_error_errno(err, "cannot lock %s/running.lock", folder);
    return MIEV_OK;
}

void miev_store_disown(struct miev_store_owners *owners, int64_t id)
{
    struct flock lock = byte_of(id, F_UNLCK);
    if (owners->own_fd >= 0)
        (void)fcntl(owners->own_fd, F_OFD_SETLK, &lock);
}

bool miev_store_owned(struct miev_store_owners *owners, const char *folder, int64_t id)
{
    struct flock lock = byte_of(id, F_WRLCK);
    if (owners->test_fd < 0)
        owners->test_fd = open_lock(folder, O_RDONLY);
    return owners->test_fd >= 0 && fcntl(owners->test_fd, F_OFD_GETLK, &lock) == 0 &&
           lock.l_type != F_UNLCK;
}

void miev_store_owners_finish(struct miev_store_owners *owners)
{
    if (owners->own_fd >= 0)
        (void)close(owners->own_fd);
    if (owners->test_fd >= 0)
        (void)close(owners->test_fd);
    *owners = (struct miev_store_owners)MIEV_STORE_OWNERS_INIT;
}

int miev_store_enter(const char *folder)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    int gate = open_lock(folder, O_RDWR | O_CREAT);
    for (int tries = 0; gate >= 0 && tries < GATE_TRIES; tries++) {
        struct flock lock = byte_of(0, F_WRLCK);
        if (fcntl(gate, F_OFD_SETLK, &lock) == 0)
            return gate;
        (void)nanosleep(&pause, NULL);
    }
    miev_store_leave(gate);
    return -1;
}

void miev_store_leave(int gate)
{
    if (gate >= 0)
        (void)close(gate);
}
