/* SPDX-License-Identifier: Apache-2.0 */
#include "core/folder.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"

#define OPEN_FOLDERS 16 /* more are opened again, which is slower alone */

static int make_one(const char *folder, const char *variable, struct miev_error *err)
{
    if (mkdir(folder, 0700) == 0 || errno == EEXIST)
        return MIEV_OK;
    return miev_error_errno(err, "cannot make the folder %s (%s names another one)", folder,
                            variable);
}

int miev_folder_make(const char *folder, const char *variable, struct miev_error *err)
{
    char path[PATH_MAX];
    struct stat info;
    int length = snprintf(path, sizeof(path), "%s", folder);
    if (length <= 0 || (size_t)length >= sizeof(path))
        return miev_error_set(err, MIEV_ERR_LIMIT, "the path %.60s... is too long", folder);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int rc = stat(path, &info) == 0 ? MIEV_OK : make_one(path, variable, err);
        *slash = '/';
        if (rc != MIEV_OK)
            return rc;
    }
    int rc = make_one(path, variable, err);
    if (rc != MIEV_OK)
        return rc;
    if (stat(path, &info) != 0)
        return miev_error_errno(err, "cannot look at the folder %s", path);
    if (!S_ISDIR(info.st_mode))
        return miev_error_set(err, MIEV_ERR_INVALID, "%s is no folder: %s must name one", path,
                              variable);
    return MIEV_OK;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

int miev_folder_remove(const char *path, struct miev_error *err)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): safe without FTW_CHDIR, says glibc */
    if (nftw(path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) == 0 || errno == ENOENT)
        return MIEV_OK;
    return miev_error_errno(err, "cannot remove %s", path);
}
