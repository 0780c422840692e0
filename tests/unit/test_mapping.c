/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/groups.h"

#include "test.h"

static int parse(const char *text, struct miev_mapping *out, struct miev_error *err)
{
    return miev_mapping_parse(text, strlen(text), out, err);
}

static void assert_rule(const struct miev_mapping *mapping, size_t i, const char *folder,
                        const char *label)
{
    assert_true(i < mapping->n);
    assert_string_equal(mapping->rules[i].folder, folder);
    assert_string_equal(mapping->rules[i].label, label);
}

static void test_csv_and_json_say_the_same(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_mapping csv, json;
    assert_ok(parse("\xef\xbb\xbf"
                    "folder,label\r\n# a remark\r\ndog,beagle,\"pug, pug-dog\"\r\n\r\n"
                    " cat , 281-285 \ndog,208\ndog,beagle\nboat,\n",
                    &csv, &err),
              &err);
    assert_int_equal(csv.n, 5);
    assert_rule(&csv, 0, "boat", "");
    assert_rule(&csv, 1, "cat", "281-285");
    assert_rule(&csv, 2, "dog", "208");
    assert_rule(&csv, 3, "dog", "beagle");
    assert_rule(&csv, 4, "dog", "pug, pug-dog");
    assert_true(miev_mapping_leaves_out(&csv, miev_mapping_find(&csv, "boat")));
    assert_false(miev_mapping_leaves_out(&csv, miev_mapping_find(&csv, "dog")));
    assert_int_equal(miev_mapping_find(&csv, "do"), csv.n);
    assert_ok(parse(" {\"dog\": [\"beagle\", 208, \"pug, pug-dog\"], \"boat\": null, "
                    "\"cat\": \"281-285\"}",
                    &json, &err),
              &err);
    assert_string_equal(csv.sha256, json.sha256);
    miev_mapping_finish(&csv);
    miev_mapping_finish(&json);
}

static void test_what_is_no_mapping_is_refused_by_its_line(void **state)
{
    (void)state;
    char longer[700];
    memset(longer, 'x', sizeof(longer));
    memcpy(longer, "a,", 2);
    longer[sizeof(longer) - 1] = '\0';
    const struct {
        const char *text;
        int code;
        const char *told;
    } bad[] = {
        {"", MIEV_ERR_INVALID, "maps no folder"},
        {"a,b\nalone\n", MIEV_ERR_INVALID, "line 2: there is no comma"},
        {",b\n", MIEV_ERR_INVALID, "line 1: the folder is missing"},
        {"a,\xff\n", MIEV_ERR_INVALID, "line 1 is not UTF-8"},
        {longer, MIEV_ERR_LIMIT, "line 1: it has 699 bytes"},
        {"a,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,"
         "33,34,35,36,37,38,39,40",
         MIEV_ERR_LIMIT, "more than 40 fields"},
        {"a,b\na,\n", MIEV_ERR_INVALID, "folder a is mapped, and left out"},
        {"{\"a\": -1}", MIEV_ERR_INVALID, "folder a: a label is"},
        {"{\"a\": [\"b\", true]}", MIEV_ERR_INVALID, "folder a: a label is"},
        {"{\"a\": \"b\"", MIEV_ERR_INVALID, "line 1"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct miev_error err;
        struct miev_mapping mapping;
        assert_refused(parse(bad[i].text, &mapping, &err), bad[i].code, &err, bad[i].told);
        miev_mapping_finish(&mapping);
    }
    struct miev_error err;
    struct miev_mapping mapping;
    assert_refused(miev_mapping_parse("a,b\0c", 5, &mapping, &err), MIEV_ERR_INVALID, &err,
                   "zero byte");
    miev_mapping_finish(&mapping);
}

/* ---- groups --------------------------------------------------------------------------------- */

static char words[6][24] = {"tench, Tinca tinca", "crane", "Beagle", "pug", "crane", "hot dog"};
static char *const labels[] = {words[0], words[1], words[2], words[3], words[4], words[5]};
static const struct miev_class_names names = {labels, 6, 6};

static void make_dataset(const char *text, struct miev_dataset *out)
{
    struct miev_error err;
    *out = (struct miev_dataset){.folder = -1};
    assert_ok(miev_dataset_read_list(text, strlen(text), out, &err), &err);
}

static void test_a_folder_has_all_its_labels(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_dataset set;
    struct miev_mapping mapping;
    struct miev_groups groups;
    make_dataset("a.jpg\tdog\nb.jpg\tfish\n", &set);
    assert_ok(parse("dog,beagle\ndog,3\nfish,tinca TINCA\nbird,4\n", &mapping, &err), &err);
    assert_ok(miev_groups_make(&set, &mapping, &names, &groups, &err), &err);
    assert_int_equal(groups.n_mapped, 4);
    assert_int_equal(groups.of_class[2], groups.of_folder[0]);
    assert_int_equal(groups.of_class[3], groups.of_folder[0]);
    assert_int_equal(groups.of_class[0], groups.of_folder[1]);
    assert_int_equal(groups.of_class[1], MIEV_GROUP_NONE);
    assert_int_not_equal(groups.of_class[4], groups.of_folder[0]);
    assert_int_equal(miev_groups_class(&groups, 0), MIEV_GROUP_NONE);
    assert_int_equal(miev_groups_class(&groups, 1), 0);
    miev_groups_finish(&groups);
    miev_mapping_finish(&mapping);
    miev_dataset_finish(&set);
}

static void test_what_a_mapping_gets_wrong_is_named(void **state)
{
    (void)state;
    const struct {
        const char *text, *told;
    } bad[] = {
        {"dog,wolf\nfish,0", "does not know the label \"wolf\""},
        {"dog,6\nfish,0", "\"6\""},
        {"dog,3-2\nfish,0", "\"3-2\""},
        {"dog,crane\nfish,0", "\"crane\" is what several"},
        {"dog,2-4\nfish,3", "both claim class 3"},
        {"dog,pug", "lacks the folder \"fish\""},
    };
    struct miev_dataset set;
    make_dataset("a.jpg\tdog\nb.jpg\tfish\n", &set);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct miev_error err;
        struct miev_mapping mapping;
        struct miev_groups groups;
        assert_ok(parse(bad[i].text, &mapping, &err), &err);
        assert_refused(miev_groups_make(&set, &mapping, &names, &groups, &err), MIEV_ERR_INVALID,
                       &err, bad[i].told);
        miev_groups_finish(&groups);
        miev_mapping_finish(&mapping);
    }
    miev_dataset_finish(&set);
}

static void test_without_a_mapping_a_folder_is_a_label(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_dataset set;
    struct miev_groups groups;
    make_dataset("a.jpg\tBEAGLE\nb.jpg\t2\nc.jpg\tpug\n", &set);
    assert_ok(miev_groups_make(&set, NULL, &names, &groups, &err), &err);
    assert_int_equal(groups.of_folder[0], groups.of_folder[1]);
    assert_int_equal(groups.of_class[2], groups.of_folder[1]);
    assert_int_equal(groups.of_class[3], groups.of_folder[2]);
    miev_groups_finish(&groups);
    miev_dataset_finish(&set);
    make_dataset("a.jpg\tcrane\n", &set);
    assert_refused(miev_groups_make(&set, NULL, &names, &groups, &err), MIEV_ERR_INVALID, &err,
                   "\"crane\" is what several");
    miev_groups_finish(&groups);
    miev_dataset_finish(&set);
    make_dataset("a.jpg\t2-3\n", &set);
    assert_refused(miev_groups_make(&set, NULL, &names, &groups, &err), MIEV_ERR_INVALID, &err,
                   "\"2-3\"");
    miev_groups_finish(&groups);
    miev_dataset_finish(&set);
}

static void test_a_draft_is_a_mapping_that_asks_for_the_rest(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_dataset set;
    struct miev_mapping mapping;
    struct miev_groups groups;
    make_dataset("a.jpg\tdogs\nb.jpg\tPUG\nc.jpg\tboat\nd.jpg\tcrane\n", &set);
    char *draft = miev_mapping_draft(&set, &names);
    assert_non_null(draft);
    assert_non_null(strstr(draft, "\n#boat,\n"));
    assert_ok(parse(draft, &mapping, &err), &err);
    assert_int_equal(mapping.n, 4);
    assert_rule(&mapping, 0, "PUG", "pug");
    assert_rule(&mapping, 1, "crane", "1"); /* two classes of that name: by number */
    assert_rule(&mapping, 2, "crane", "4");
    assert_rule(&mapping, 3, "dogs", "hot dog"); /* words alone: people have to look */
    assert_refused(miev_groups_make(&set, &mapping, &names, &groups, &err), MIEV_ERR_INVALID, &err,
                   "lacks the folder \"boat\"");
    miev_groups_finish(&groups);
    miev_mapping_finish(&mapping);
    free(draft);
    miev_dataset_finish(&set);
}

static void test_classes_that_are_left_out_go_with_their_images(void **state)
{
    (void)state;
    struct miev_dataset set;
    const bool leave[] = {false, true, false};
    make_dataset("1.jpg\ta\n2.jpg\tb\n3.jpg\tc\n4.jpg\ta\n5.jpg\tb\n", &set);
    miev_dataset_leave_out(&set, leave);
    assert_int_equal(set.n, 3);
    assert_int_equal(set.n_found, 3);
    assert_int_equal(set.n_classes, 2);
    assert_string_equal(set.classes[1], "c");
    assert_string_equal(set.images[2].path, "3.jpg");
    assert_int_equal(set.images[2].class_index, 1);
    miev_dataset_finish(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_and_json_say_the_same),
        cmocka_unit_test(test_what_is_no_mapping_is_refused_by_its_line),
        cmocka_unit_test(test_a_folder_has_all_its_labels),
        cmocka_unit_test(test_what_a_mapping_gets_wrong_is_named),
        cmocka_unit_test(test_without_a_mapping_a_folder_is_a_label),
        cmocka_unit_test(test_a_draft_is_a_mapping_that_asks_for_the_rest),
        cmocka_unit_test(test_classes_that_are_left_out_go_with_their_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
