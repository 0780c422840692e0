/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an archive: unpacked below its folder within the limits, or refused in words.
 * Nothing comes to lie beside the folder. */
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "model/unpack.h"

#define MAX_BYTES   (1u << 20)
#define MAX_MEMBERS 100

static struct {
    unsigned members;
    off_t bytes;
} found; /* nftw() takes no argument */

static int look(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)kind, (void)path;
    fuzz_require(S_ISREG(info->st_mode) || S_ISDIR(info->st_mode));
    fuzz_require(info->st_nlink == 1 || S_ISDIR(info->st_mode));
    if (S_ISREG(info->st_mode)) {
        found.members++;
        found.bytes += info->st_size;
    }
    fuzz_require(at->level < 20);
    return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char top[64], below[80];
    struct miev_error err = {0};
    const struct miev_unpack how = {.limits = {.bytes = MAX_BYTES, .members = MAX_MEMBERS}};
    int fd = memfd_create("archive", MFD_CLOEXEC);
    bool in_memory = access("/dev/shm", W_OK) == 0; /* ten times as fast */
    (void)snprintf(top, sizeof(top), "%s/miev-fuzz-unpack-XXXXXX", in_memory ? "/dev/shm" : "/tmp");
    fuzz_require(fd >= 0 && write(fd, data, size) == (ssize_t)size && mkdtemp(top) != NULL);
    (void)snprintf(below, sizeof(below), "%s/below", top);
    fuzz_require(mkdir(below, 0700) == 0);
    int folder = open(below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fuzz_require(folder >= 0);
    fuzz_require(miev_unpack(fd, folder, &how, &err) == MIEV_OK || err.message[0] != '\0');
    found.members = 0;
    found.bytes = 0;
    fuzz_require(nftw(below, look, 8, FTW_PHYS) == 0);
    fuzz_require(found.members <= MAX_MEMBERS && found.bytes <= MAX_BYTES);
    fuzz_require(nftw(below, remove_one, 8, FTW_PHYS | FTW_DEPTH) == 0);
    (void)close(folder);
    (void)close(fd);
    fuzz_require(rmdir(top) == 0); /* nothing came to lie beside it */
    return 0;
}
