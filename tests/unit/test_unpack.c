/* SPDX-License-Identifier: Apache-2.0 */
#include "model/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

struct member {
    const char *name, *text; /* text NULL: a folder */
    mode_t type;             /* 0: what text says */
    const char *link;        /* of AE_IFLNK; of a file: a hard link */
};

static char folder[64];
static int folder_fd;

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/miev-unpack-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    folder_fd = open(folder, O_RDONLY | O_DIRECTORY);
    return folder_fd < 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

static int remove_folder(void **state)
{
    (void)state;
    (void)close(folder_fd);
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void write_member(struct archive *archive, const struct member *member)
{
    struct archive_entry *entry = archive_entry_new();
    size_t length = member->text ? strlen(member->text) : 0;
    archive_entry_set_pathname(entry, member->name);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_filetype(entry, member->type   ? member->type
                                      : member->text ? AE_IFREG
                                                     : AE_IFDIR);
    if (member->link && member->type == AE_IFLNK)
        archive_entry_set_symlink(entry, member->link);
    else if (member->link)
        archive_entry_set_hardlink(entry, member->link);
    archive_entry_set_size(entry, member->link ? 0 : (la_int64_t)length);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    if (length > 0 && !member->link)
        assert_int_equal(archive_write_data(archive, member->text, length), (la_ssize_t)length);
    archive_entry_free(entry);
}

static struct archive *begin(int fd, bool zip, bool gzip)
{
    struct archive *archive = archive_write_new();
    assert_non_null(archive);
    if (gzip)
        assert_int_equal(archive_write_add_filter_gzip(archive), ARCHIVE_OK);
    assert_int_equal(zip ? archive_write_set_format_zip(archive)
                         : archive_write_set_format_pax_restricted(archive),
                     ARCHIVE_OK);
    assert_int_equal(archive_write_open_fd(archive, fd), ARCHIVE_OK);
    return archive;
}

static int pack(const struct member *members, size_t n, bool zip, bool gzip)
{
    int fd = memfd_create("archive", MFD_CLOEXEC);
    assert_true(fd >= 0);
    struct archive *archive = begin(fd, zip, gzip);
    for (size_t i = 0; i < n; i++)
        write_member(archive, &members[i]);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    return fd;
}

static int unpack(int fd, const struct miev_unpack *how, struct miev_error *err)
{
    int rc = miev_unpack(fd, folder_fd, how, err);
    (void)close(fd);
    return rc;
}

static const struct miev_unpack usual = {.limits = MIEV_UNPACK_LIMITS};

static void assert_holds(const char *name, const char *text)
{
    char got[64] = "";
    int fd = openat(folder_fd, name, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(read(fd, got, sizeof(got) - 1), (ssize_t)strlen(text));
    assert_string_equal(got, text);
    (void)close(fd);
}

/* ---- what is wanted ---- */

static const struct member model[] = {
    {.name = "./"},
    {.name = "./saved_model.pb", .text = "graph"},
    {.name = "./variables/variables.index", .text = "index"},
    {.name = "./variables/"},
    {.name = "assets/labels.txt", .text = "cat\ndog\n"},
};

static void unpacks_all(bool zip, bool gzip)
{
    struct miev_error err = {0};
    assert_ok(unpack(pack(model, 5, zip, gzip), &usual, &err), &err);
    assert_holds("saved_model.pb", "graph");
    assert_holds("variables/variables.index", "index");
    assert_holds("assets/labels.txt", "cat\ndog\n");
}

static void test_a_tar_is_unpacked(void **state)
{
    (void)state;
    unpacks_all(false, false);
}

static void test_a_compressed_tar_is_unpacked(void **state)
{
    (void)state;
    unpacks_all(false, true);
}

static void test_a_zip_is_unpacked(void **state)
{
    (void)state;
    unpacks_all(true, false);
}

/* ---- what is not ---- */

static void refuses(const struct member *members, size_t n, const char *words)
{
    for (int zip = 0; zip < 2; zip++) {
        struct miev_error err = {0};
        const struct member *last = &members[n - 1];
        if (zip && (last->link || last->type || strpbrk(last->name, "\\\n")))
            continue; /* libarchive writes none of these into a zip */
        assert_refused(unpack(pack(members, n, zip, !zip), &usual, &err), MIEV_ERR_INVALID, &err,
                       words);
        (void)unlinkat(folder_fd, "a", 0);
    }
}

static void test_names_that_leave_the_folder_are_refused(void **state)
{
    (void)state;
    const struct member climbs = {.name = "a/../../x", .text = "x"};
    const struct member climbs_at_once = {.name = "../x", .text = "x"};
    const struct member absolute = {.name = "/tmp/x", .text = "x"};
    const struct member hidden = {.name = ".//../x", .text = "x"};
    refuses(&climbs, 1, "climbs out of its folder");
    refuses(&climbs_at_once, 1, "climbs out of its folder");
    refuses(&absolute, 1, "is an absolute path");
    refuses(&hidden, 1, "climbs out of its folder");
}

static void test_names_that_mean_something_else_elsewhere_are_refused(void **state)
{
    (void)state;
    const struct member backslash = {.name = "a\\b", .text = "x"};
    const struct member control = {.name = "a\nb", .text = "x"};
    const struct member twice = {.name = "a//b", .text = "x"};
    const struct member deep = {.name = "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", .text = "x"};
    refuses(&backslash, 1, "a name that cannot be one");
    refuses(&control, 1, "a name that cannot be one");
    refuses(&twice, 1, "a name that cannot be one");
    refuses(&deep, 1, "very deep");
}

static void test_links_and_devices_are_refused(void **state)
{
    (void)state;
    const struct member link = {.name = "l", .text = "", .type = AE_IFLNK, .link = "/etc/passwd"};
    const struct member pipe = {.name = "p", .text = "", .type = AE_IFIFO};
    const struct member device = {.name = "d", .text = "", .type = AE_IFCHR};
    const struct member hard[] = {{.name = "a", .text = "x"},
                                  {.name = "h", .text = "", .link = "/etc/passwd"}};
    refuses(&link, 1, "is a link");
    refuses(&pipe, 1, "a device, a pipe or a socket");
    refuses(&device, 1, "a device, a pipe or a socket");
    refuses(hard, 2, "is a link");
}

/* The second could be what a check of the first has not seen. */
static void test_a_name_that_comes_twice_is_refused(void **state)
{
    (void)state;
    const struct member same[] = {{.name = "a", .text = "x"}, {.name = "./a", .text = "y"}};
    const struct member folder_too[] = {{.name = "a", .text = "x"}, {.name = "a"}};
    refuses(same, 2, "is in it twice");
    refuses(folder_too, 2, "is in it twice");
}

static void test_a_file_in_the_place_of_a_folder_is_refused(void **state)
{
    (void)state;
    struct miev_error err = {0};
    const struct member below[] = {{.name = "a", .text = "x"}, {.name = "a/b", .text = "y"}};
    assert_int_not_equal(unpack(pack(below, 2, false, true), &usual, &err), MIEV_OK);
    assert_holds("a", "x");
}

static void test_more_files_than_a_model_has_are_refused(void **state)
{
    (void)state;
    struct miev_error err = {0};
    const struct miev_unpack few = {.limits = {.bytes = 1000, .members = 4}};
    assert_refused(unpack(pack(model, 5, false, true), &few, &err), MIEV_ERR_LIMIT, &err,
                   "more than 4 files");
}

static void test_more_bytes_than_allowed_are_refused(void **state)
{
    (void)state;
    struct miev_error err = {0};
    const struct miev_unpack small = {.limits = {.bytes = 12, .members = 100}};
    assert_refused(unpack(pack(model, 5, false, true), &small, &err), MIEV_ERR_LIMIT, &err,
                   "hold more than 12");
}

/* 128 MiB of zeros in about 128 KiB. */
static void test_a_bomb_is_refused_by_what_it_swells_to(void **state)
{
    (void)state;
    struct miev_error err = {0};
    static const char zeros[1 << 20];
    int fd = memfd_create("bomb", MFD_CLOEXEC);
    struct archive *archive = begin(fd, false, true);
    struct archive_entry *entry = archive_entry_new();
    archive_entry_set_pathname(entry, "zeros");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, 128 << 20);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    for (int i = 0; i < 128; i++)
        assert_int_equal(archive_write_data(archive, zeros, sizeof(zeros)), sizeof(zeros));
    archive_entry_free(entry);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
    assert_refused(unpack(fd, &usual, &err), MIEV_ERR_LIMIT, &err, "more than a model has");
}

static void test_an_archive_cut_short_is_damaged(void **state)
{
    (void)state;
    struct miev_error err = {0};
    int fd = pack(model, 5, false, true);
    struct stat info;
    assert_int_equal(fstat(fd, &info), 0);
    assert_int_equal(ftruncate(fd, info.st_size / 2), 0);
    assert_refused(unpack(fd, &usual, &err), MIEV_ERR_BROKEN, &err, "is damaged");
}

static void test_no_archive_and_an_empty_one_are_refused(void **state)
{
    (void)state;
    struct miev_error err = {0};
    int fd = memfd_create("text", MFD_CLOEXEC);
    assert_int_equal(write(fd, "\x1f\x8b no gzip", 11), 11);
    assert_int_not_equal(unpack(fd, &usual, &err), MIEV_OK);
    assert_true(err.message[0] != '\0');
    assert_refused(unpack(pack(NULL, 0, false, false), &usual, &err), MIEV_ERR_INVALID, &err,
                   "is empty");
}

static void test_it_stops_when_asked(void **state)
{
    (void)state;
    struct miev_error err = {0};
    atomic_bool stop = true;
    const struct miev_unpack how = {.limits = MIEV_UNPACK_LIMITS, .stop = &stop};
    assert_refused(unpack(pack(model, 5, false, true), &how, &err), MIEV_ERR_INTERRUPTED, &err, "");
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_a_tar_is_unpacked),
        IN_FOLDER(test_a_compressed_tar_is_unpacked),
        IN_FOLDER(test_a_zip_is_unpacked),
        IN_FOLDER(test_names_that_leave_the_folder_are_refused),
        IN_FOLDER(test_names_that_mean_something_else_elsewhere_are_refused),
        IN_FOLDER(test_links_and_devices_are_refused),
        IN_FOLDER(test_a_name_that_comes_twice_is_refused),
        IN_FOLDER(test_a_file_in_the_place_of_a_folder_is_refused),
        IN_FOLDER(test_more_files_than_a_model_has_are_refused),
        IN_FOLDER(test_more_bytes_than_allowed_are_refused),
        IN_FOLDER(test_a_bomb_is_refused_by_what_it_swells_to),
        IN_FOLDER(test_an_archive_cut_short_is_damaged),
        IN_FOLDER(test_no_archive_and_an_empty_one_are_refused),
        IN_FOLDER(test_it_stops_when_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
