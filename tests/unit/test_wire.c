/* SPDX-License-Identifier: Apache-2.0 */
#include "study/wire.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define SHORT_MS 50

/* Two ends, so that a test can also write bytes that no wire would. */
struct pair {
    struct miev_wire here, there;
};

static struct pair pair_open(void)
{
    int sockets[2];
    struct pair pair;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
    miev_wire_init(&pair.here, sockets[0]);
    miev_wire_init(&pair.there, sockets[1]);
    return pair;
}

static void pair_close(struct pair *pair)
{
    miev_wire_finish(&pair->here);
    miev_wire_finish(&pair->there);
}

static void write_raw(struct pair *pair, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t n = write(pair->there.socket, bytes, length);
        assert_true(n > 0);
        bytes += n;
        length -= (size_t)n;
    }
}

static int receive(struct pair *pair, json_t **out, struct miev_error *err)
{
    return miev_wire_receive(&pair->here, SHORT_MS, out, NULL, err);
}

static json_int_t number_in(json_t *message)
{
    json_int_t number = json_integer_value(json_object_get(message, "n"));
    json_decref(message);
    return number;
}

static void test_messages_come_in_order(void **state)
{
    (void)state;
    struct miev_error err;
    struct pair pair = pair_open();
    json_t *message = NULL;
    for (int i = 0; i < 3; i++) {
        message = json_pack("{s:i, s:s}", "n", i, "text", "a\nline and \"quotes\"");
        assert_ok(miev_wire_send(&pair.there, message, -1, &err), &err);
        json_decref(message);
    }
    for (int i = 0; i < 3; i++) {
        assert_ok(receive(&pair, &message, &err), &err);
        assert_string_equal(json_string_value(json_object_get(message, "text")),
                            "a\nline and \"quotes\"");
        assert_int_equal(number_in(message), i);
        assert_int_equal(miev_wire_holds_message(&pair.here), i < 2); /* they came at once */
    }
    pair_close(&pair);
}

static void test_a_message_in_pieces_is_put_together(void **state)
{
    (void)state;
    struct miev_error err;
    struct pair pair = pair_open();
    json_t *message = NULL;
    write_raw(&pair, "{\"n\":", 5);
    assert_refused(receive(&pair, &message, &err), MIEV_ERR_TIMEOUT, &err, "50 ms");
    write_raw(&pair, "41}\n{\"n\"", 8);
    assert_ok(receive(&pair, &message, &err), &err);
    assert_int_equal(number_in(message), 41);
    write_raw(&pair, ":42}\n", 5);
    assert_ok(receive(&pair, &message, &err), &err);
    assert_int_equal(number_in(message), 42);
    pair_close(&pair);
}

static void test_nonsense_is_refused_and_the_next_message_is_read(void **state)
{
    (void)state;
    static const char *const nonsense[] = {
        "hello", "[1,2]", "{\"a\":1,\"a\":2}", "{\"a\":\xff}", "", "7", "null", "{\"a\":1} {}"};
    struct miev_error err;
    struct pair pair = pair_open();
    for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        json_t *message = NULL;
        write_raw(&pair, nonsense[i], strlen(nonsense[i]));
        write_raw(&pair, "\n{\"n\":5}\n", 9);
        assert_refused(receive(&pair, &message, &err), MIEV_ERR_INVALID, &err, "");
        assert_null(message);
        assert_ok(receive(&pair, &message, &err), &err);
        assert_int_equal(number_in(message), 5);
    }
    pair_close(&pair);
}

/* Fill the wire's memory up to its limit from a child's end that never ends its line. */
static void test_a_line_without_end_is_refused_at_the_limit(void **state)
{
    (void)state;
    struct miev_error err = {0};
    struct pair pair = pair_open();
    json_t *message = NULL;
    char block[4096];
    memset(block, 'x', sizeof(block));
    int rc = MIEV_OK;
    size_t sent = 0;
    while (sent < 2 * (size_t)MIEV_WIRE_MAX_MESSAGE) {
        write_raw(&pair, block, sizeof(block));
        sent += sizeof(block);
        rc = miev_wire_receive(&pair.here, 0, &message, NULL, &err);
        if (rc != MIEV_ERR_TIMEOUT)
            break;
    }
    assert_int_equal(rc, MIEV_ERR_LIMIT);
    assert_true(sent <= (size_t)MIEV_WIRE_MAX_MESSAGE + 2 * sizeof(block));
    assert_true(pair.here.capacity <= MIEV_WIRE_MAX_MESSAGE);
    pair_close(&pair);
}

/* A byte now and then must not make the wait longer: the other process ends before a line does. */
static void test_bytes_that_trickle_do_not_prolong_the_wait(void **state)
{
    (void)state;
    struct miev_error err;
    struct pair pair = pair_open();
    json_t *message = NULL;
    pid_t pid = fork();
    if (pid == 0)
        (void)close(pair.here.socket); /* so that the other end is the only one */
    for (int i = 0; pid == 0 && i < 300 && write(pair.there.socket, "x", 1) == 1; i++)
        (void)usleep(10000);
    if (pid == 0)
        _exit(0);
    assert_true(pid > 0);
    (void)close(pair.there.socket);
    pair.there.socket = -1;
    assert_refused(receive(&pair, &message, &err), MIEV_ERR_TIMEOUT, &err, "50 ms");
    pair_close(&pair); /* which ends its writing */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_one_that_reads_nothing_is_not_waited_for(void **state)
{
    (void)state;
    struct miev_error err;
    struct pair pair = pair_open();
    const struct timeval timeout = {.tv_usec = 1000};
    json_t *message = json_pack("{s:i}", "n", 1);
    int rc = MIEV_OK;
    assert_int_equal(
        setsockopt(pair.here.socket, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)), 0);
    for (int i = 0; i < 1000000 && rc == MIEV_OK; i++)
        rc = miev_wire_send(&pair.here, message, -1, &err);
    assert_refused(rc, MIEV_ERR_TIMEOUT, &err, "takes no message");
    json_decref(message);
    pair_close(&pair);
}

static int file_with(const char *text)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    return fd;
}

static void test_a_descriptor_comes_with_its_message(void **state)
{
    (void)state;
    struct miev_error err;
    struct pair pair = pair_open();
    json_t *message = json_pack("{s:i}", "n", 1);
    int sent = file_with("cat"), got = -1;
    char text[4] = "";
    assert_ok(miev_wire_send(&pair.there, message, sent, &err), &err);
    assert_ok(miev_wire_send(&pair.there, message, -1, &err), &err);
    json_decref(message);
    assert_int_equal(close(sent), 0); /* the other side has its own by now */
    assert_ok(miev_wire_receive(&pair.here, SHORT_MS, &message, &got, &err), &err);
    json_decref(message);
    assert_true(got >= 0);
    assert_true((fcntl(got, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(pread(got, text, 3, 0), 3);
    assert_string_equal(text, "cat");
    assert_int_equal(close(got), 0);
    assert_ok(miev_wire_receive(&pair.here, SHORT_MS, &message, &got, &err), &err);
    json_decref(message);
    assert_int_equal(got, -1);
    pair_close(&pair);
}

static int open_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) != -1;
    return n;
}

static void test_descriptors_that_nobody_takes_are_closed(void **state)
{
    (void)state;
    struct miev_error err;
    int before = open_descriptors();
    struct pair pair = pair_open();
    json_t *message = json_pack("{s:i}", "n", 1);
    for (int i = 0; i < 3; i++) {
        json_t *reply = NULL;
        int sent = file_with("cat");
        assert_ok(miev_wire_send(&pair.there, message, sent, &err), &err);
        assert_int_equal(close(sent), 0);
        assert_ok(receive(&pair, &reply, &err), &err);
        json_decref(reply);
    }
    json_decref(message);
    pair_close(&pair);
    assert_int_equal(open_descriptors(), before);
}

static void test_a_closed_peer_is_crashed(void **state)
{
    (void)state;
    struct miev_error err;
    struct pair pair = pair_open();
    json_t *message = json_pack("{s:i}", "n", 9), *reply = NULL;
    assert_ok(miev_wire_send(&pair.there, message, -1, &err), &err);
    write_raw(&pair, "{\"half", 6);
    miev_wire_finish(&pair.there);
    /* What it said before it died is still read. */
    assert_ok(receive(&pair, &reply, &err), &err);
    assert_int_equal(number_in(reply), 9);
    assert_refused(receive(&pair, &reply, &err), MIEV_ERR_CRASHED, &err, "has ended");
    assert_refused(miev_wire_send(&pair.here, message, -1, &err), MIEV_ERR_CRASHED, &err,
                   "has ended");
    json_decref(message);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_come_in_order),
        cmocka_unit_test(test_a_message_in_pieces_is_put_together),
        cmocka_unit_test(test_nonsense_is_refused_and_the_next_message_is_read),
        cmocka_unit_test(test_a_line_without_end_is_refused_at_the_limit),
        cmocka_unit_test(test_bytes_that_trickle_do_not_prolong_the_wait),
        cmocka_unit_test(test_one_that_reads_nothing_is_not_waited_for),
        cmocka_unit_test(test_a_descriptor_comes_with_its_message),
        cmocka_unit_test(test_descriptors_that_nobody_takes_are_closed),
        cmocka_unit_test(test_a_closed_peer_is_crashed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
