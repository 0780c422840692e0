/* SPDX-License-Identifier: Apache-2.0 */
/* Any text that is given for a model to pull: read, or refused in words; what was read names a card
 * that cannot leave its folder, reads the same again, and asks for nothing that is not encrypted.
 */
#include "fuzz.h"
#include "model/address.h"

static const char *no_variable(void *context, const char *name)
{
    (void)context, (void)name;
    return NULL;
}

static void check(const struct miev_address *address)
{
    static const struct miev_env env = {.root = "", .variable = no_variable};
    char url[MIEV_URL_BYTES];
    struct miev_error err = {0};
    fuzz_require(address->text[0] != '\0' && address->name[0] != '\0');
    fuzz_require(!strpbrk(address->name, "/:") && address->name[0] != '.');
    if (address->kind == MIEV_ADDRESS_NAME || address->kind == MIEV_ADDRESS_FILE)
        return;
    fuzz_require(address->kind != MIEV_ADDRESS_WEB || strncmp(address->text, "https://", 8) == 0 ||
                 strncmp(address->text, "http://", 7) == 0);
    struct miev_address again;
    fuzz_require(miev_address_parse(address->text, &again, &err) == MIEV_OK);
    fuzz_require(again.kind == address->kind && strcmp(again.text, address->text) == 0 &&
                 strcmp(again.name, address->name) == 0 && again.lite == address->lite);
    if (miev_address_url(address, &env, url, &err) == MIEV_OK)
        fuzz_require(miev_address_check_url(url, NULL, &err) == MIEV_OK);
    else
        fuzz_require(err.message[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    struct miev_address address;
    struct miev_error err = {0};
    if (miev_address_parse(text, &address, &err) == MIEV_OK)
        check(&address);
    else
        fuzz_require(err.message[0] != '\0');
    free(text);
    return 0;
}
