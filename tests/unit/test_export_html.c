/* SPDX-License-Identifier: Apache-2.0 */
/* A report inside a page, whatever its texts are. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "export/export.h"
#include "test.h"

#define PAGE                                          \
    "<p>before</p><script type=\"application/json\" " \
    "id=\"miev-report\">null</script>between<script " \
    "id=\"miev-places\">null</script>after"

/* The page with the documents inside; NULL when it could not be written. */
static char *written(const json_t *report, const json_t *places, const char *page)
{
    char *text = NULL;
    size_t length = 0;
    FILE *file = open_memstream(&text, &length);
    bool ok = miev_export_html(report, places, page, strlen(page), file);
    assert_int_equal(fclose(file), 0);
    if (ok)
        return text;
    free(text);
    return NULL;
}

static void test_both_documents_stand_in_their_elements(void **state)
{
    (void)state;
    json_t *report = json_pack("{s:i}", "a", 1), *places = json_pack("{s:i}", "b", 2);
    char *text = written(report, places, PAGE);
    assert_non_null(text);
    assert_non_null(strstr(text, "<p>before</p>"));
    assert_non_null(strstr(text, "id=\"miev-report\">{\"a\":1}</script>between"));
    assert_non_null(strstr(text, "id=\"miev-places\">{\"b\":2}</script>after"));
    free(text);
    json_decref(report);
    json_decref(places);
}

static void test_places_may_be_left_out(void **state)
{
    (void)state;
    json_t *report = json_object();
    char *text = written(report, NULL, PAGE);
    assert_non_null(text);
    assert_non_null(strstr(text, "id=\"miev-places\">null</script>after"));
    free(text);
    json_decref(report);
}

static void test_no_text_ends_its_element(void **state)
{
    (void)state;
    static const char evil[] = "</script><script>alert(1)</script><!-- id=\"miev-places\">null";
    json_t *report = json_pack("{s:s}", evil, evil);
    char *text = written(report, NULL, PAGE);
    assert_non_null(text);
    char *begin = strstr(text, "id=\"miev-report\">") + strlen("id=\"miev-report\">");
    char *end = strstr(begin, "</script>");
    assert_non_null(end);
    json_t *back = json_loadb(begin, (size_t)(end - begin), 0, NULL);
    assert_true(json_equal(back, report));
    assert_non_null(strstr(end, "id=\"miev-places\">null</script>after"));
    json_decref(back);
    free(text);
    json_decref(report);
}

static void test_a_page_without_its_elements_is_refused(void **state)
{
    (void)state;
    json_t *report = json_object();
    assert_null(written(report, NULL, "<p>another page</p>"));
    assert_null(written(report, NULL, "id=\"miev-report\">{}</script>"));
    json_decref(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_documents_stand_in_their_elements),
        cmocka_unit_test(test_places_may_be_left_out),
        cmocka_unit_test(test_no_text_ends_its_element),
        cmocka_unit_test(test_a_page_without_its_elements_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
