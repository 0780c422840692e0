/* SPDX-License-Identifier: Apache-2.0 */
#include "eval/dataset.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

static int read_list(const char *text, struct miev_dataset *out, struct miev_error *err)
{
    *out = (struct miev_dataset){.folder = -1};
    return miev_dataset_read_list(text, strlen(text), out, err);
}

static const char *class_of(const struct miev_dataset *dataset, size_t i)
{
    return dataset->classes[dataset->images[i].class_index];
}

static void test_a_list_is_read_with_each_separator(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_dataset list;
    assert_ok(read_list("\xef\xbb\xbf# a remark\r\n\r\nb one.jpg\tpolar bear\r\na.jpg,cat\n"
                        "  c.jpg dog  \nmy, photo.jpg\tcat",
                        &list, &err),
              &err);
    assert_int_equal(list.n, 4);
    assert_int_equal(list.n_classes, 3);
    assert_string_equal(list.images[0].path, "a.jpg");
    assert_string_equal(class_of(&list, 0), "cat");
    assert_string_equal(list.images[1].path, "my, photo.jpg");
    assert_string_equal(class_of(&list, 1), "cat");
    assert_string_equal(class_of(&list, 2), "dog");
    assert_string_equal(list.images[3].path, "b one.jpg");
    assert_string_equal(class_of(&list, 3), "polar bear");
    miev_dataset_finish(&list);
}

static void test_a_line_without_label_is_named(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_dataset list;
    assert_refused(read_list("a.jpg cat\nalone.jpg\n", &list, &err), MIEV_ERR_INVALID, &err,
                   "line 2");
    miev_dataset_finish(&list);
    list = (struct miev_dataset){.folder = -1};
    assert_refused(miev_dataset_read_list("a\0b.jpg cat", 11, &list, &err), MIEV_ERR_INVALID, &err,
                   "zero byte");
    miev_dataset_finish(&list);
    list = (struct miev_dataset){.folder = -1};
    assert_refused(miev_dataset_read_list("\xff\xd8\xff\xe0\0\x10JFIF", 10, &list, &err),
                   MIEV_ERR_INVALID, &err, "this is no list");
    miev_dataset_finish(&list);
    char label[300];
    memset(label, 'x', sizeof(label));
    memcpy(label, "a.jpg\t", 6);
    label[sizeof(label) - 1] = '\0';
    assert_refused(read_list(label, &list, &err), MIEV_ERR_LIMIT, &err, "line 1");
    miev_dataset_finish(&list);
}

/* 60 of cat, 30 of dog, 10 of owl. */
static void make_many(struct miev_dataset *out)
{
    char text[4096] = "";
    size_t used = 0;
    struct miev_error err;
    for (int i = 0; i < 100; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%02d.jpg\t%s\n", i,
                                 i < 60   ? "cat"
                                 : i < 90 ? "dog"
                                          : "owl");
    assert_ok(read_list(text, out, &err), &err);
}

static void count_classes(const struct miev_dataset *dataset, size_t n, size_t counts[3])
{
    memset(counts, 0, 3 * sizeof(counts[0]));
    for (size_t i = 0; i < n; i++)
        counts[dataset->images[i].class_index]++;
}

static void test_a_draw_keeps_proportions_and_follows_the_seed(void **state)
{
    (void)state;
    struct miev_error err;
    struct miev_dataset a, b, c;
    size_t counts[3], same = 0;
    make_many(&a);
    make_many(&b);
    make_many(&c);
    assert_ok(miev_dataset_draw(&a, 20, 7, &err), &err);
    assert_ok(miev_dataset_draw(&b, 20, 7, &err), &err);
    assert_ok(miev_dataset_draw(&c, 20, 8, &err), &err);
    assert_int_equal(a.n, 20);
    count_classes(&a, a.n, counts);
    assert_int_equal(counts[0], 12);
    assert_int_equal(counts[1], 6);
    assert_int_equal(counts[2], 2);
    for (size_t i = 0; i < 20; i++) {
        assert_string_equal(a.images[i].path, b.images[i].path);
        same += strcmp(a.images[i].path, c.images[i].path) == 0;
    }
    assert_true(same < 20);
    miev_dataset_finish(&a);
    miev_dataset_finish(&b);
    miev_dataset_finish(&c);
}

static void test_the_order_mixes_the_classes(void **state)
{
    (void)state;
    struct miev_dataset many;
    size_t counts[3];
    make_many(&many);
    miev_dataset_shuffle(&many, 0);
    assert_int_equal(many.n, 100);
    count_classes(&many, 50, counts);
    assert_in_range(counts[0], 20, 40);
    assert_in_range(counts[1], 5, 25);
    miev_dataset_finish(&many);
}

/* ---- folders -------------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static int make_folder(void **state)
{
    static char path[64]; /* cmocka hands it back to the test and to the tear-down */
    (void)snprintf(path, sizeof(path), "/tmp/miev-dataset-XXXXXX");
    *state = mkdtemp(path);
    return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
    return nftw(*state, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static void write_at(const char *folder, const char *name, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    for (char *slash = path + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    (void)fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void link_at(const char *folder, const char *name, const char *to)
{
    char path[256];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    assert_int_equal(symlink(to, path), 0);
}

static void test_a_folder_names_its_classes(void **state)
{
    struct miev_error err;
    struct miev_dataset set;
    size_t length = 0;
    write_at(*state, "dog/b.jpg", "bb");
    write_at(*state, "cat/z.jpg", "zzz");
    write_at(*state, "cat/a.jpg", "a");
    write_at(*state, "cat/.hidden", "h");
    write_at(*state, "cat/deeper/x.jpg", "x");
    write_at(*state, "README", "not a class");
    write_at(*state, ".git/config", "not a class");
    assert_ok(miev_dataset_open(*state, &set, &err), &err);
    assert_int_equal(set.n_classes, 2);
    assert_int_equal(set.n, 3);
    assert_string_equal(set.images[0].path, "cat/a.jpg");
    assert_string_equal(set.images[2].path, "dog/b.jpg");
    int fd = miev_dataset_image_open(&set, 1, &length, &err);
    assert_true(fd >= 0);
    assert_int_equal(length, 3);
    assert_int_equal(close(fd), 0);
    miev_dataset_finish(&set);
}

static void test_no_path_leads_out_of_the_folder(void **state)
{
    struct miev_error err;
    struct miev_dataset set;
    size_t length = 0;
    write_at(*state, "cat/a.jpg", "a");
    link_at(*state, "cat/b.jpg", "/etc/passwd");
    link_at(*state, "cat/c.jpg", "a.jpg");
    link_at(*state, "dog", "/etc");
    char fifo[128];
    (void)snprintf(fifo, sizeof(fifo), "%s/cat/d.jpg", (const char *)*state);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    write_at(*state, "cat/e.jpg", "");
    assert_ok(miev_dataset_open(*state, &set, &err), &err);
    assert_int_equal(set.n_classes, 1); /* a link is no class */
    assert_int_equal(set.n, 5);
    assert_refused(miev_dataset_image_open(&set, 1, &length, &err), MIEV_ERR_INVALID, &err,
                   "leads out of");
    int fd = miev_dataset_image_open(&set, 2, &length, &err);
    assert_true(fd >= 0); /* a link that stays inside is a file like any other */
    assert_int_equal(close(fd), 0);
    assert_refused(miev_dataset_image_open(&set, 3, &length, &err), MIEV_ERR_INVALID, &err,
                   "no regular file");
    assert_refused(miev_dataset_image_open(&set, 4, &length, &err), MIEV_ERR_INVALID, &err,
                   "is empty");
    miev_dataset_finish(&set);
}

static void test_a_list_stays_in_its_folder(void **state)
{
    struct miev_error err;
    struct miev_dataset set;
    size_t length = 0;
    char list[128];
    write_at(*state, "x/a.jpg", "a");
    write_at(*state, "list.tsv", "x/a.jpg\tcat\n../../etc/passwd\tcat\n/etc/passwd\tcat\n");
    (void)snprintf(list, sizeof(list), "%s/list.tsv", (const char *)*state);
    assert_ok(miev_dataset_open(list, &set, &err), &err);
    assert_string_equal(set.name, "list.tsv");
    size_t refused = 0;
    for (size_t i = 0; i < set.n; i++) {
        int fd = miev_dataset_image_open(&set, i, &length, &err);
        refused += fd < 0 && strstr(err.message, "leads out of") != NULL;
        if (fd >= 0)
            assert_int_equal(close(fd), 0);
    }
    assert_int_equal(refused, 2);
    miev_dataset_finish(&set);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static bool always(void *context)
{
    (void)context;
    return true;
}

static void test_the_hash_knows_bytes_and_labels_and_not_the_order(void **state)
{
    struct miev_error err;
    struct miev_dataset set, other;
    write_at(*state, "cat/a.jpg", "a");
    write_at(*state, "dog/b.jpg", "b");
    assert_ok(miev_dataset_open(*state, &set, &err), &err);
    assert_ok(miev_dataset_draw(&set, 0, 1, &err), &err);
    assert_ok(miev_dataset_hash(&set, never, NULL, &err), &err);
    assert_ok(miev_dataset_open(*state, &other, &err), &err);
    assert_ok(miev_dataset_draw(&other, 0, 99, &err), &err);
    assert_ok(miev_dataset_hash(&other, never, NULL, &err), &err);
    assert_string_equal(set.sha256, other.sha256);
    write_at(*state, "dog/b.jpg", "B");
    assert_ok(miev_dataset_hash(&other, never, NULL, &err), &err);
    assert_string_not_equal(set.sha256, other.sha256);
    assert_refused(miev_dataset_hash(&other, always, NULL, &err), MIEV_ERR_INTERRUPTED, &err,
                   "stopped");
    miev_dataset_finish(&set);
    miev_dataset_finish(&other);
}

static void test_what_is_no_dataset_is_refused_in_words(void **state)
{
    struct miev_error err;
    struct miev_dataset set;
    char path[128];
    assert_refused(miev_dataset_open(*state, &set, &err), MIEV_ERR_INVALID, &err, "no folders");
    miev_dataset_finish(&set);
    (void)snprintf(path, sizeof(path), "%s/cat", (const char *)*state);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_refused(miev_dataset_open(*state, &set, &err), MIEV_ERR_INVALID, &err, "no pictures");
    miev_dataset_finish(&set);
    assert_refused(miev_dataset_open("/nowhere/at/all", &set, &err), MIEV_ERR_UNAVAILABLE, &err,
                   "/nowhere/at/all");
    miev_dataset_finish(&set);
}

static void test_copies_go_and_contradictions_too(void **state)
{
    struct miev_error err;
    struct miev_dataset set;
    struct miev_dataset_copies copies;
    write_at(*state, "cat/a.jpg", "one");
    write_at(*state, "cat/b.jpg", "one");
    write_at(*state, "cat/c.jpg", "two");
    write_at(*state, "dog/d.jpg", "two");
    write_at(*state, "dog/e.jpg", "three");
    write_at(*state, "dog/empty.jpg", ""); /* what cannot be read is like nothing else */
    write_at(*state, "dog/empty-too.jpg", "");
    assert_ok(miev_dataset_open(*state, &set, &err), &err);
    assert_ok(miev_dataset_hash(&set, never, NULL, &err), &err);
    assert_ok(miev_dataset_drop_copies(&set, &copies, &err), &err);
    assert_int_equal(copies.dropped, 1);
    assert_int_equal(copies.contradictory, 2);
    assert_int_equal(set.n, 4);
    assert_string_equal(set.images[0].path, "cat/a.jpg");
    assert_string_equal(set.images[1].path, "dog/e.jpg");
    miev_dataset_finish(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_list_is_read_with_each_separator),
        cmocka_unit_test(test_a_line_without_label_is_named),
        cmocka_unit_test(test_a_draw_keeps_proportions_and_follows_the_seed),
        cmocka_unit_test(test_the_order_mixes_the_classes),
        cmocka_unit_test_setup_teardown(test_a_folder_names_its_classes, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_no_path_leads_out_of_the_folder, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_a_list_stays_in_its_folder, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_the_hash_knows_bytes_and_labels_and_not_the_order,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_copies_go_and_contradictions_too, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(test_what_is_no_dataset_is_refused_in_words, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
