/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/plot.h"
#include "cli/terminal.h"

#include "test.h"

struct shown {
    char *text;
    size_t size;
    struct terminal terminal;
};

static struct shown begin(unsigned columns, bool utf8)
{
    struct shown shown = {0};
    shown.terminal.columns = columns;
    shown.terminal.utf8 = utf8;
    return shown;
}

static void assert_shown(struct shown *shown, const char *want)
{
    assert_int_equal(fclose(shown->terminal.file), 0);
    assert_string_equal(shown->text, want);
    free(shown->text);
}

/* ---- tables --------------------------------------------------------------------------------- */

static struct table people(void)
{
    struct table table;
    assert_true(table_init(&table, 2));
    (void)table_column(&table, "name", false);
    (void)table_column_if_wide(&table, "town", false, 2);
    (void)table_column_if_wide(&table, "bar", false, 1);
    (void)table_column(&table, "age", true);
    table_set(&table, 0, 0, "Ann");
    table_set(&table, 0, 1, "York");
    table_set(&table, 0, 2, "####");
    table_set(&table, 0, 3, "7");
    table_set(&table, 1, 0, "Bartholomew");
    table_set(&table, 1, 1, "Rome");
    table_set(&table, 1, 2, "#");
    table_set(&table, 1, 3, "81");
    return table;
}

static void assert_people(unsigned columns, const char *left_out, const char *want)
{
    struct shown shown = begin(columns, false);
    struct table table = people();
    char names[64];
    shown.terminal.file = open_memstream(&shown.text, &shown.size);
    table_print(&table, &shown.terminal);
    table_left_out(&table, names, sizeof(names));
    assert_string_equal(names, left_out);
    table_finish(&table);
    assert_shown(&shown, want);
}

static void test_a_pipe_gets_every_column(void **state)
{
    (void)state;
    assert_people(0, "",
                  "name         town  bar   age\n"
                  "Ann          York  ####    7\n"
                  "Bartholomew  Rome  #      81\n");
    assert_people(28, "",
                  "name         town  bar   age\n"
                  "Ann          York  ####    7\n"
                  "Bartholomew  Rome  #      81\n");
}

static void test_columns_go_in_their_order_and_by_name(void **state)
{
    (void)state;
    assert_people(27, "bar",
                  "name         town  age\n"
                  "Ann          York    7\n"
                  "Bartholomew  Rome   81\n");
    assert_people(21, "town, bar",
                  "name         age\n"
                  "Ann            7\n"
                  "Bartholomew   81\n");
}

static void test_then_the_first_cell_has_a_line_of_its_own(void **state)
{
    (void)state;
    /* 2 + 4 + 2 + 3 columns: the town has room again. */
    assert_people(15, "bar", "name\n  town  age\nAnn\n  York    7\nBartholomew\n  Rome   81\n");
    assert_people(5, "town, bar", "name\n  age\nAnn\n    7\nBartholomew\n   81\n");
}

static void test_a_terminal_for_nothing_gets_lines_with_everything(void **state)
{
    (void)state;
    assert_people(4, "",
                  "Ann\n  town  York\n  bar   ####\n  age   7\n"
                  "Bartholomew\n  town  Rome\n  bar   #\n  age   81\n");
}

/* ---- plots ---------------------------------------------------------------------------------- */

static const struct plot_axis plain = {0, 4, false}, decades = {1, 1e4, true};

static void assert_plot(const struct plot *plot, const struct plot_words *words, bool utf8,
                        const char *want)
{
    struct shown shown = begin(0, utf8);
    shown.terminal.file = open_memstream(&shown.text, &shown.size);
    plot_print(plot, words, &shown.terminal);
    assert_shown(&shown, want);
}

static void test_letters_stand_at_their_places(void **state)
{
    (void)state;
    struct plot plot;
    static const char *const legend[] = {"a one", "b two", "c three"};
    struct plot_words words = {.y_high = "4",
                               .y_low = "0",
                               .x_low = "1",
                               .x_high = "10000",
                               .legend = legend,
                               .n_legend = 2};
    plot_init(&plot, 9, 3, decades, plain);
    plot_letter(&plot, 1, 0, 'a');
    plot_letter(&plot, 100, 2, 'b');
    plot_letter(&plot, 101, 2.1, 'c'); /* no room: beside the other */
    plot_letter(&plot, 1e4, 4, 'd');
    assert_plot(&plot, &words, false,
                "4 +        d  a one\n"
                "  |    bc     b two\n"
                "0 +a\n"
                "  +---------\n"
                "   1   10000\n");
}

static void test_letters_that_meet_at_the_edge_stay_there(void **state)
{
    (void)state;
    struct plot plot;
    struct plot_words words = {.y_high = "4", .y_low = "0", .x_low = "1", .x_high = "9"};
    plot_init(&plot, 6, 2, decades, plain);
    for (char letter = 'a'; letter <= 'c'; letter++)
        plot_letter(&plot, 1e4, 4, letter);
    for (char letter = 'p'; letter <= 'z'; letter++) /* more than a row has places */
        plot_letter(&plot, 1, 0, letter);
    assert_plot(&plot, &words, false, "4 +   cba\n0 +pqrstu\n  +------\n   1    9\n");
}

static void test_lines_are_dots_or_asterisks(void **state)
{
    (void)state;
    struct plot plot;
    struct plot_words words = {.y_high = "4", .y_low = "0", .x_low = "1", .x_high = "9"};
    plot_init(&plot, 4, 2, decades, plain);
    plot_line(&plot, 1, 4, 1e4, 0);
    assert_plot(&plot, &words, false, "4 +**\n0 +  **\n  +----\n   1  9\n");
    assert_plot(&plot, &words, true, "4 ┤⠑⢄\n0 ┤  ⠑⢄\n  └────\n   1  9\n");
}

static void test_a_mark_below_keeps_within_the_plot(void **state)
{
    (void)state;
    struct plot plot;
    struct plot_words words = {
        .y_high = "4", .y_low = "0", .x_low = "1", .x_high = "9", .below = "now", .x_mark = 1};
    plot_init(&plot, 8, 2, decades, plain);
    assert_plot(&plot, &words, false, "4 +\n0 +\n  +--------\n   1      9\n   ^ now\n");
    words.x_mark = 1e4;
    assert_plot(&plot, &words, false, "4 +\n0 +\n  +--------\n   1      9\n      now ^\n");
}

static void test_one_value_lies_in_the_middle(void **state)
{
    (void)state;
    struct plot plot;
    const struct plot_axis point = {3, 3, true};
    struct plot_words words = {.y_high = "4", .y_low = "0", .x_low = "3", .x_high = "9"};
    plot_init(&plot, 5, 3, point, plain);
    plot_letter(&plot, 3, 2, 'a');
    assert_plot(&plot, &words, false, "4 +\n  |  a\n0 +\n  +-----\n   3   9\n");
}

static void test_a_plot_is_never_larger_than_its_room(void **state)
{
    (void)state;
    struct plot plot;
    plot_init(&plot, 1000, 1000, decades, plain);
    assert_int_equal(plot.columns, PLOT_MAX_COLUMNS);
    assert_int_equal(plot.rows, PLOT_MAX_ROWS);
    plot_line(&plot, 1e-9, -9, 1e9, 9); /* what lies outside is drawn at the edge */
    plot_letter(&plot, (double)NAN, 99, 'a');
    assert_true(plot.letters[0][32] == 'a' || plot.letters[0][31] == 'a');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_pipe_gets_every_column),
        cmocka_unit_test(test_columns_go_in_their_order_and_by_name),
        cmocka_unit_test(test_then_the_first_cell_has_a_line_of_its_own),
        cmocka_unit_test(test_a_terminal_for_nothing_gets_lines_with_everything),
        cmocka_unit_test(test_letters_stand_at_their_places),
        cmocka_unit_test(test_letters_that_meet_at_the_edge_stay_there),
        cmocka_unit_test(test_lines_are_dots_or_asterisks),
        cmocka_unit_test(test_a_mark_below_keeps_within_the_plot),
        cmocka_unit_test(test_one_value_lies_in_the_middle),
        cmocka_unit_test(test_a_plot_is_never_larger_than_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
