/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "core/error.h"
#include "test.h"

static void test_errno_tells_forbidden_from_absent(void **state)
{
    (void)state;
    struct miev_error err;
    errno = EACCES;
    assert_int_equal(miev_error_errno(&err, "open %s", "x"), MIEV_ERR_PERMISSION);
    assert_string_equal(err.message, "open x: Permission denied");
    errno = ENOENT;
    assert_int_equal(miev_error_errno(&err, "open x"), MIEV_ERR_UNAVAILABLE);
}

static void test_every_status_has_a_name_that_leads_back(void **state)
{
    (void)state;
#define CHECK(name, value, text) \
    assert_int_equal(miev_status_from_name(miev_status_name(value)), value);
    MIEV_STATUS_MAP(CHECK)
#undef CHECK
    assert_string_equal(miev_status_name(42), "unknown");
}

static void test_a_long_message_is_cut_and_terminated(void **state)
{
    (void)state;
    struct miev_error err;
    char words[2000];
    memset(words, 'x', sizeof(words) - 1);
    words[sizeof(words) - 1] = '\0';
    (void)miev_error_set(&err, MIEV_ERR_INVALID, "%s", words);
    assert_int_equal(strlen(err.message), sizeof(err.message) - 1);
    (void)miev_error_prefix(&err, "where");
    assert_int_equal(strncmp(err.message, "where: xxx", 10), 0);
    assert_int_equal(err.code, MIEV_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errno_tells_forbidden_from_absent),
        cmocka_unit_test(test_every_status_has_a_name_that_leads_back),
        cmocka_unit_test(test_a_long_message_is_cut_and_terminated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
