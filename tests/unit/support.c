/* SPDX-License-Identifier: Apache-2.0 */
#include <sys/stat.h>

#include "test.h"

const char *test_shared_dir(void)
{
    const char *folder = getenv("MIEV_SHARED");
    struct stat info;
    if (!folder)
        folder = "../shared";
    return stat(folder, &info) == 0 && S_ISDIR(info.st_mode) ? folder : NULL;
}
