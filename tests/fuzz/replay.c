/* SPDX-License-Identifier: Apache-2.0 */
/* Run each file of a folder through a fuzz target, without libFuzzer; prints TAP. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static int replay(const char *folder, const char *name)
{
    static uint8_t data[1 << 20];
    char path[4096];
    if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
        return -1;
    FILE *file = fopen(path, "rbe");
    if (!file)
        return -1;
    size_t size = fread(data, 1, sizeof(data), file);
    (void)fclose(file);
    return LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (!folder) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return EXIT_FAILURE;
    }
    int n = 0;
    int failed = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (entry->d_name[0] == '.')
            continue;
        int rc = replay(argv[1], entry->d_name);
        failed += rc != 0;
        printf("%s %d - %s\n", rc == 0 ? "ok" : "not ok", ++n, entry->d_name);
    }
    (void)closedir(folder);
    printf("1..%d\n", n);
    return n == 0 || failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
