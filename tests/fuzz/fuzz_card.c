/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as a model card: it is read whole, or refused with a sentence. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "model/card.h"

/* What a card that was read must keep to, whatever its text. */
static void check_card(const struct miev_card *card)
{
    if (card->name[0] == '\0' || card->n_labels < 2 || card->n_files < 1 || card->width < 1 ||
        card->width > 4096 || !(card->std[0] > 0))
        abort();
    for (size_t i = 0; i < card->n_labels; i++)
        if (!card->labels[i])
            abort();
    for (size_t i = 0; i < card->n_files; i++)
        if (strstr(card->files[i].path, "..") || strlen(card->files[i].sha256) % 64 != 0 ||
            strncmp(card->files[i].path, "/proc/self/fd/", 14) != 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    struct miev_card card;
    struct miev_error err = {0};
    int fd = memfd_create("card", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (miev_card_load(path, &card, &err) == MIEV_OK) {
        check_card(&card);
        miev_card_finish(&card);
    } else if (err.message[0] == '\0') {
        abort();
    }
    (void)close(fd);
    return 0;
}
