/* SPDX-License-Identifier: Apache-2.0 */
#include "model/credentials.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/http_head.h"
#include "test.h"

static char home[64];

/* "NAME=value" pairs, ended by NULL; HOME is the test's folder. */
static const char *variable(void *context, const char *name)
{
    size_t length = strlen(name);
    for (const char *const *pair = context; *pair; pair++)
        if (strncmp(*pair, name, length) == 0 && (*pair)[length] == '=')
            return *pair + length + 1;
    return strcmp(name, "HOME") == 0 ? home : NULL;
}

static int make_home(void **state)
{
    (void)state;
    (void)snprintf(home, sizeof(home), "/tmp/miev-home-XXXXXX");
    return mkdtemp(home) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static int remove_home(void **state)
{
    (void)state;
    return nftw(home, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[200];
    (void)snprintf(path, sizeof(path), "%s/%s", home, folder);
    for (char *slash = strchr(path + strlen(home) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof(path), "%s/%s/%s", home, folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int find(const char *what, const char *const *pairs, struct miev_credentials *out,
                struct miev_error *err)
{
    const char *copy[8] = {NULL};
    for (size_t i = 0; pairs && pairs[i]; i++)
        copy[i] = pairs[i];
    const struct miev_env env = {.root = "", .variable = variable, .context = copy};
    struct miev_address address;
    assert_ok(miev_address_parse(what, &address, err), err);
    return miev_credentials_find(&address, "https://hub.example.org/x", &env, out, err);
}

#define HF     "hf:o/r:m.onnx"
#define KAGGLE "kaggle:a/b/c/d/1"

static void test_nothing_kept_is_no_fault(void **state)
{
    (void)state;
    struct miev_credentials got;
    struct miev_error err = {0};
    assert_ok(find(HF, NULL, &got, &err), &err);
    assert_int_equal(got.kind, MIEV_CREDENTIALS_NONE);
    assert_ok(find(KAGGLE, NULL, &got, &err), &err);
    assert_int_equal(got.kind, MIEV_CREDENTIALS_NONE);
}

static void test_a_token_comes_from_its_variable_then_from_its_file(void **state)
{
    (void)state;
    struct miev_credentials got;
    struct miev_error err = {0};
    const char *const set[] = {"HF_TOKEN=hf_one", NULL};
    write_file(".cache/huggingface", "token", "hf_two\n");
    assert_ok(find(HF, set, &got, &err), &err);
    assert_int_equal(got.kind, MIEV_CREDENTIALS_BEARER);
    assert_string_equal(got.secret, "hf_one");
    assert_ok(find(HF, NULL, &got, &err), &err);
    assert_string_equal(got.secret, "hf_two");
}

static void test_a_kaggle_key_comes_from_variables_then_from_its_file(void **state)
{
    (void)state;
    struct miev_credentials got;
    struct miev_error err = {0};
    const char *const pair[] = {"KAGGLE_USERNAME=me", "KAGGLE_KEY=k1", NULL};
    const char *const token[] = {"KAGGLE_API_TOKEN=t1", "KAGGLE_USERNAME=me", "KAGGLE_KEY=k1",
                                 NULL};
    write_file(".kaggle", "kaggle.json", "{\"username\":\"you\",\"key\":\"k2\"}");
    assert_ok(find(KAGGLE, pair, &got, &err), &err);
    assert_int_equal(got.kind, MIEV_CREDENTIALS_BASIC);
    assert_string_equal(got.user, "me");
    assert_string_equal(got.secret, "k1");
    assert_ok(find(KAGGLE, NULL, &got, &err), &err);
    assert_string_equal(got.user, "you");
    assert_string_equal(got.secret, "k2");
    assert_ok(find(KAGGLE, token, &got, &err), &err);
    assert_int_equal(got.kind, MIEV_CREDENTIALS_BEARER);
    assert_string_equal(got.secret, "t1");
}

static void test_each_hub_gets_its_own_and_others_none(void **state)
{
    (void)state;
    struct miev_credentials got;
    struct miev_error err = {0};
    const char *const all[] = {"HF_TOKEN=hf_one", "KAGGLE_API_TOKEN=t1", NULL};
    static const char *const strangers[] = {"tfhub:google/x/1", "https://huggingface.co.evil/x"};
    for (size_t i = 0; i < 2; i++) {
        assert_ok(find(strangers[i], all, &got, &err), &err);
        assert_int_equal(got.kind, MIEV_CREDENTIALS_NONE);
        assert_string_equal(got.secret, "");
    }
}

/* A line break in a token would begin a header of its own. */
static void test_what_cannot_be_a_token_is_refused_without_showing_it(void **state)
{
    (void)state;
    struct miev_credentials got;
    struct miev_error err = {0};
    const char *const broken[] = {"HF_TOKEN=geheim\r\nX-Evil: 1", NULL};
    assert_refused(find(HF, broken, &got, &err), MIEV_ERR_INVALID, &err, "HF_TOKEN");
    assert_null(strstr(err.message, "geheim"));
    assert_string_equal(got.secret, "");
    write_file(".cache/huggingface", "token", "  \n");
    assert_refused(find(HF, NULL, &got, &err), MIEV_ERR_INVALID, &err, "huggingface/token");
    write_file(".kaggle", "kaggle.json", "{\"username\":\"geheim\"}");
    assert_refused(find(KAGGLE, NULL, &got, &err), MIEV_ERR_INVALID, &err, "kaggle.json");
    assert_null(strstr(err.message, "geheim"));
}

/* ---- a header that is read by hand ---- */

static void test_google_s_digest_is_read_among_others(void **state)
{
    (void)state;
    char md5[33] = "";
    miev_http_md5_of("crc32c=AAAAAA==,md5=1B2M2Y8AsgTpgAmY7PhCfg==", md5);
    assert_string_equal(md5, "d41d8cd98f00b204e9800998ecf8427e"); /* of no bytes */
}

static void test_a_digest_that_is_none_is_passed_over(void **state)
{
    (void)state;
    static const char *const others[] = {"", "crc32c=n03x6A==", "md5=", "md5=1B2M2Y8", "md5=!!!!"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        char md5[33] = "as before";
        miev_http_md5_of(others[i], md5);
        assert_string_equal(md5, "as before");
    }
}

#define AT_HOME(test) cmocka_unit_test_setup_teardown(test, make_home, remove_home)

int main(void)
{
    const struct CMUnitTest tests[] = {
        AT_HOME(test_nothing_kept_is_no_fault),
        AT_HOME(test_a_token_comes_from_its_variable_then_from_its_file),
        AT_HOME(test_a_kaggle_key_comes_from_variables_then_from_its_file),
        AT_HOME(test_each_hub_gets_its_own_and_others_none),
        AT_HOME(test_what_cannot_be_a_token_is_refused_without_showing_it),
        cmocka_unit_test(test_google_s_digest_is_read_among_others),
        cmocka_unit_test(test_a_digest_that_is_none_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
