/* SPDX-License-Identifier: Apache-2.0 */
#include "store/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/error.h"

#define GATE_TRIES 1000 /* of 10 ms */

static int make_one(const char *folder, struct miev_error *err)
{
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return MIEV_OK;
    return miev_error_errno(err, "cannot make the folder %s (MIEV_DATA names another one)", folder);
}

int miev_store_make_folder(const char *folder, struct miev_error *err)
{
    char path[PATH_MAX];
    struct stat info;
    int length = snprintf(path, sizeof(path), "%s", folder);
    if (length <= 0 || (size_t)length >= sizeof(path))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path %.60s... is too long", folder);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int rc = stat(path, &info) == 0 ? MIEV_OK : make_one(path, err);
        *slash = '/';
        if (rc != MIEV_OK)
            return rc;
    }
    int rc = make_one(path, err);
    if (rc != MIEV_OK)
        return rc;
    if (stat(path, &info) != 0)
        return miev_error_errno(err, "cannot look at the folder %s", path);
    if (!S_ISDIR(info.st_mode))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%s is no folder: MIEV_DATA or XDG_DATA_HOME must name one", path);
    return MIEV_OK;
}

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
