/* SPDX-License-Identifier: Apache-2.0 */
/* Metering commands: real ones, whose joules come from a counter of the simulated machine. */
#include <unistd.h>

#include "meter/meter.h"
#include "sensor/meter_line.h"
#include "sensor_bench.h"

extern const struct miev_sensor_ops miev_sensor_exec;

#define COUNTER "/meter_uj"

/* Answers each request with the joules of a file of microjoules. */
static struct bench metered(double power_w)
{
    struct bench bench = bench_of(&miev_sensor_exec, "vm-epyc-milan");
    char command[512];
    fixture_write(bench.fixture, COUNTER, "1000000000\n");
    fixture_power(bench.fixture, COUNTER, power_w, 0.0);
    (void)snprintf(command, sizeof(command),
                   "while read -r _; do read -r uj < %s" COUNTER
                   "; printf '%%d.%%03d\\n' $((uj / 1000000)) $((uj / 1000 %% 1000)); done",
                   bench.fixture->root);
    fixture_set(bench.fixture, "MIEV_METER", command);
    return bench;
}

static void test_joules_that_a_command_prints_come_out(void **state)
{
    (void)state;
    struct bench bench = metered(80.0);
    assert_ok(bench_open(&bench), &bench.err);
    struct miev_channel channel = bench_channel(&bench, 0);
    assert_int_equal(channel.part, MIEV_PART_MACHINE);
    assert_null(strstr(channel.source, "while")); /* it may hold a password */
    assert_true(channel.update_period_ns > 0);
    assert_near(bench_joules(&bench, "wall", 4.0), 320.0, 8.1); /* asked every 0.1 s */
    bench_end(&bench);
}

static void test_a_command_that_ends_leaves_no_valid_reading(void **state)
{
    (void)state;
    struct bench bench = bench_of(&miev_sensor_exec, "vm-epyc-milan");
    fixture_set(bench.fixture, "MIEV_METER",
                "i=0; while [ $i -lt 8 ] && read -r _; do i=$((i+1)); echo $i; done");
    assert_ok(bench_open(&bench), &bench.err);
    for (int i = 0; i < 20; i++)
        fixture_advance(bench.fixture, 0.1);
    assert_false(bench_read(&bench, "wall").valid);
    bench_end(&bench);
}

static void test_a_meter_that_starts_anew_is_a_gap(void **state)
{
    (void)state;
    struct bench bench = metered(50.0);
    assert_ok(bench_open(&bench), &bench.err);
    assert_int_equal(bench_read(&bench, "wall").gaps, 0);
    bench.fixture->counters[0].energy_uj = 0.0;
    fixture_advance(bench.fixture, 1.0);
    struct miev_reading reading = bench_read(&bench, "wall");
    assert_int_equal(reading.gaps, 1);
    assert_near(bench_joules(&bench, "wall", 2.0), 100.0, 5.1);
    bench_end(&bench);
}

static void assert_command_refused(const char *command, int status, const char *words)
{
    struct bench bench = bench_of(&miev_sensor_exec, "vm-epyc-milan");
    fixture_set(bench.fixture, "MIEV_METER", command);
    assert_refused(bench_open(&bench), status, &bench.err, words);
    bench_end(&bench);
}

static void test_what_is_no_meter_is_refused_in_words(void **state)
{
    (void)state;
    assert_command_refused("", MIEV_ERR_UNAVAILABLE, "MIEV_METER");
    assert_command_refused("echo no such host >&2; exit 3", MIEV_ERR_BROKEN,
                           "ended without a line of joules; it said: no such host");
    assert_command_refused("/nowhere/meter", MIEV_ERR_BROKEN, "it said: ");
    assert_command_refused("printf '12 kWh\\n'; sleep 100", MIEV_ERR_BROKEN,
                           "printed '12 kWh', which is no number");
    assert_command_refused("printf '\\033[31m\\n'; sleep 100", MIEV_ERR_BROKEN, "'?[31m'");
    assert_command_refused("while read -r _; do echo 5; done", MIEV_ERR_BROKEN, "stood still");
    assert_command_refused("i=9; while read -r _; do i=$((i-1)); echo $i; done", MIEV_ERR_BROKEN,
                           "falls");
    assert_command_refused("i=0; while read -r _; do i=$((i+900000)); echo $i; done",
                           MIEV_ERR_BROKEN, "more than the 20000 W");
}

/* Prints by itself, ignores the request to end, and has started something of its own. */
static void test_a_stubborn_command_is_ended_with_all_it_started(void **state)
{
    (void)state;
    struct bench bench = bench_of(&miev_sensor_exec, "vm-epyc-milan");
    char command[256], path[128], text[32] = "";
    (void)snprintf(path, sizeof(path), "%s/pid", bench.fixture->root);
    (void)snprintf(command, sizeof(command),
                   "trap '' TERM; sleep 1000 & echo $! > %s; i=0; while :; do i=$((i+1)); echo $i; "
                   "sleep 0.05; done",
                   path);
    fixture_set(bench.fixture, "MIEV_METER", command);
    assert_ok(bench_open(&bench), &bench.err);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof(text), file));
    (void)fclose(file);
    pid_t sleeper = (pid_t)strtol(text, NULL, 10);
    assert_true(sleeper > 1);
    bench.ops->close(bench.self);
    bench.n = 0;
    /* Somebody else's child by now: gone, or dead and not yet waited for. */
    for (int i = 0; i < 500; i++) {
        char stat_path[64], stat_text[256] = "";
        (void)snprintf(stat_path, sizeof(stat_path), "/proc/%d/stat", (int)sleeper);
        FILE *stat_file = fopen(stat_path, "r");
        bool gone = !stat_file || !fgets(stat_text, sizeof(stat_text), stat_file) ||
                    strstr(stat_text, ") Z ") != NULL;
        if (stat_file)
            (void)fclose(stat_file);
        if (gone)
            break;
        assert_true(i < 499);
        (void)usleep(10000);
    }
    bench_end(&bench);
}

static void test_lines_are_understood_whole_or_not_at_all(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "J", "-1", "1 2", "1J", "nan", "inf", "1e13", "0x"};
    uint64_t uj = 7;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_false(miev_meter_line_parse(wrong[i], &uj));
    assert_int_equal(uj, 7);
    assert_true(miev_meter_line_parse("12.5", &uj));
    assert_int_equal(uj, 12500000);
    struct miev_meter_lines lines = {.length = 0};
    miev_meter_lines_take(&lines, "1\n# x\n\n2", 8);
    assert_string_equal(lines.line, "1");
    miev_meter_lines_take(&lines, "3 \r\n", 4);
    assert_string_equal(lines.line, "23");
    lines.fresh = false;
    for (int i = 0; i < 1000; i++)
        miev_meter_lines_take(&lines, "9", 1);
    miev_meter_lines_take(&lines, "\n", 1);
    assert_false(lines.fresh); /* too long */
    miev_meter_lines_take(&lines, "4\n", 2);
    assert_string_equal(lines.line, "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_joules_that_a_command_prints_come_out),
        cmocka_unit_test(test_a_command_that_ends_leaves_no_valid_reading),
        cmocka_unit_test(test_a_meter_that_starts_anew_is_a_gap),
        cmocka_unit_test(test_what_is_no_meter_is_refused_in_words),
        cmocka_unit_test(test_a_stubborn_command_is_ended_with_all_it_started),
        cmocka_unit_test(test_lines_are_understood_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
