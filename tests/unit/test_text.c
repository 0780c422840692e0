/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"
#include "test.h"

static void test_reads_utf8_and_refuses_what_is_none(void **state)
{
    (void)state;
    const char *text = "a\xc3\xa9\xed\x95\x9c\xf0\x9f\x98\x80";
    assert_int_equal(miev_text_next(&text), 'a');
    assert_int_equal(miev_text_next(&text), 0xe9);
    assert_int_equal(miev_text_next(&text), 0xd55c);
    assert_int_equal(miev_text_next(&text), 0x1f600);
    assert_int_equal(miev_text_next(&text), 0);
    assert_int_equal(miev_text_next(&text), 0);
    /* A lone continuation, overlong '/', a surrogate, beyond the last plane, cut short. */
    const char *bad[] = {"\x80",         "\xc0\xaf",         "\xe0\x80\xaf",
                         "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const char *at = bad[i];
        assert_int_equal(miev_text_next(&at), MIEV_TEXT_BAD);
        assert_ptr_equal(at, bad[i] + 1);
    }
}

static void assert_shown(size_t capacity, const char *text, const char *want)
{
    char out[64];
    memset(out, 'x', sizeof(out));
    miev_text_show(out, capacity, text);
    assert_string_equal(out, want);
    assert_true(strlen(out) < capacity);
}

static void test_shows_no_control_characters(void **state)
{
    (void)state;
    assert_shown(64, "C\xc3\xb4te d'Ivoire", "C\xc3\xb4te d'Ivoire");
    assert_shown(64, "a\x1b[31mb\nc\x7f", "a?[31mb?c?");
    /* The C1 form of the escape, a right-to-left override, a zero-width space, a bad byte. */
    assert_shown(64,
                 "a\xc2\x9b"
                 "b\xe2\x80\xae"
                 "c\xe2\x80\x8b"
                 "d\xff",
                 "a?b?c?d?");
}

static void test_shows_long_text_cut_between_characters(void **state)
{
    (void)state;
    assert_shown(8, "1234567", "1234567");
    assert_shown(8, "12345678", "1234...");
    assert_shown(8, "123\xc3\xa9\xc3\xa9\xc3\xa9", "123...");
    assert_shown(4, "\xed\x95\x9c\xea\xb5\xad", "...");
    assert_shown(4, "", "");
}

static void assert_folded(const char *text, const char *want)
{
    char out[16];
    miev_text_fold(out, sizeof(out), text);
    assert_string_equal(out, want);
}

static void test_folds_case_accents_and_punctuation(void **state)
{
    (void)state;
    assert_folded("South  Korea", "southkorea");
    assert_folded("C\xc3\xb4te d'Ivoire", "cotedivoire");
    assert_folded("Cote d\xe2\x80\x99Ivoire", "cotedivoire");
    assert_folded("T\xc3\xbcrkiye", "turkiye");
    assert_folded("Turki\xcc\x88ye", "turkiye"); /* combining diaeresis */
    assert_folded("\xed\x95\x9c\xea\xb5\xad", "\xed\x95\x9c\xea\xb5\xad");
    assert_folded("\x1b\n--", "");
    assert_folded("abcdefghijklmnopqrst", "abcdefghijklmno");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_utf8_and_refuses_what_is_none),
        cmocka_unit_test(test_shows_no_control_characters),
        cmocka_unit_test(test_shows_long_text_cut_between_characters),
        cmocka_unit_test(test_folds_case_accents_and_punctuation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
