/* SPDX-License-Identifier: Apache-2.0 */
/* Every equation is shown with figures of the report only, to six digits, and its result is the
 * report's own: tests/cli/test_explain.py reckons each again. */
#include "cli/explain.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "cli/explain_parts.h"
#include "cli/show_parts.h"
#include "core/error.h"
#include "core/text.h"
#include "study/rate.h"

#define EXPRESSION  512
#define NAME_WIDTH  14
#define PER_MILLION 1e6
#define J_PER_KWH   3.6e6
#define HUGE_GRAMS  1e300 /* more than any figure */

/* ---- sentences and equations ---------------------------------------------------------------- */

void explain_equation(const struct terminal *terminal, const char *name, double value,
                      const char *unit, const char *format, ...)
{
    char expression[EXPRESSION];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(expression, sizeof(expression), format, args);
    va_end(args);
    (void)fprintf(terminal->file, "    %-*s = %s\n", NAME_WIDTH, name, expression);
    if (isfinite(value))
        (void)fprintf(terminal->file, "    %-*s = %s%.6g%s%s%s\n", NAME_WIDTH, "",
                      terminal_bold(terminal), value, *unit ? " " : "", unit,
                      terminal_reset(terminal));
    else
        (void)fprintf(terminal->file, "    %-*s = not known\n", NAME_WIDTH, "");
}

/* A figure as the report has it. */
static void figure(const struct terminal *terminal, const char *name, double value,
                   const char *unit)
{
    if (isfinite(value))
        (void)fprintf(terminal->file, "    %-*s = %.6g %s\n", NAME_WIDTH, name, value, unit);
    else
        (void)fprintf(terminal->file, "    %-*s = not known\n", NAME_WIDTH, name);
}

/* A sum that grows term by term; what does not fit any more is left out of sight, not of mind. */
struct sum {
    char text[EXPRESSION];
    size_t used;
};

static void sum_add(struct sum *sum, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void sum_add(struct sum *sum, const char *format, ...)
{
    va_list args;
    size_t room = sizeof(sum->text) - sum->used;
    va_start(args, format);
    int length = vsnprintf(sum->text + sum->used, room, format, args);
    va_end(args);
    if (length > 0 && (size_t)length < room)
        sum->used += (size_t)length;
    else
        (void)snprintf(sum->text + sizeof(sum->text) - 4, 4, "...");
}

/* ---- the answer and its time ---------------------------------------------------------------- */

static void explain_answer(const json_t *model, const struct terminal *terminal)
{
    char label[64];
    const json_t *best = json_array_get(miev_field_at(model, "predictions"), 0);
    const json_t *accuracy = miev_field_at(model, "accuracy"),
                 *latency = miev_field_at(model, "latency");
    say_title(terminal, "1. The answer and its time");
    miev_text_show(label, sizeof(label), miev_field_text(best, "label"));
    say(terminal, "The best answer is \"%s\": the largest of the model's outputs, %.6g of 1.",
        label, miev_field_number(best, "score"));
    if (miev_field_at(accuracy, "top1"))
        say(terminal,
            "Accuracy %.6g (%.6g to %.6g) is not of this input but of %.0f %s %s images (%s).",
            miev_field_number(accuracy, "top1"), miev_field_number(accuracy, "top1_low"),
            miev_field_number(accuracy, "top1_high"), miev_field_number(accuracy, "images"),
            miev_field_text(accuracy, "dataset"), miev_field_text(accuracy, "split"),
            miev_field_text(accuracy, "source"));
    if (miev_field_at(latency, "p50_s"))
        say(terminal,
            "Latency %.6g s is the middle of %.0f single inferences, each timed after the warm-up; "
            "decoding and preprocessing are not in it.",
            miev_field_number(latency, "p50_s"), miev_field_number(latency, "samples"));
}

/* ---- the counters --------------------------------------------------------------------------- */

static const json_t *find_channel(const json_t *report, const json_t *part)
{
    size_t i;
    json_t *channel;
    json_array_foreach(miev_field_at(miev_field_at(report, "meter"), "channels"), i, channel)
    {
        if (strcmp(miev_field_text(channel, "sensor"), miev_field_text(part, "sensor")) == 0 &&
            strcmp(miev_field_text(channel, "id"), miev_field_text(part, "id")) == 0)
            return channel;
    }
    return NULL;
}

static void explain_counters(const json_t *report, const json_t *energy,
                             const struct terminal *terminal)
{
    size_t i;
    json_t *at;
    const json_t *meter = miev_field_at(report, "meter");
    say_title(terminal, "2. The counters");
    json_array_foreach(miev_field_at(miev_field_at(energy, "attribution"), "channels"), i, at)
    {
        const json_t *channel = find_channel(report, at);
        say(terminal,
            "- %s, by the %s \"%s\" of sensor %s. %s. The truth is %.6g to %.6g times what it says "
            "(90 %%). While the model rested it drew %.6g W.",
            miev_field_text(at, "part"),
            strcmp(miev_field_text(channel, "method"), "measured") == 0 ? "counter" : "estimate",
            miev_field_text(at, "id"), miev_field_text(at, "sensor"),
            miev_field_text(channel, "source"), miev_field_number(channel, "systematic_low_ratio"),
            miev_field_number(channel, "systematic_high_ratio"),
            miev_field_number(channel, "idle_w"));
    }
    say(terminal, "Idle power is the mean of %.0f idle rounds, %.0f of them beside other programs.",
        miev_field_number(meter, "idle_rounds"), miev_field_number(meter, "idle_rounds_disturbed"));
}

/* ---- the rounds ----------------------------------------------------------------------------- */

static void explain_rounds(const json_t *report, const json_t *energy,
                           const struct terminal *terminal)
{
    const json_t *attribution = miev_field_at(energy, "attribution");
    double made = miev_field_number(energy, "rounds_made");
    double used = miev_field_number(miev_field_at(energy, "gross"), "rounds");
    say_title(terminal, "3. The rounds");
    say(terminal,
        "A round repeats the inference between two readings of the counters. %.0f rounds were "
        "made, "
        "%.0f count and %.0f are void. In %.0f of them other programs used the CPU%s. The rounds "
        "that count hold %.0f inferences. Means over these rounds, of one inference:",
        made, used, made - used, miev_field_number(energy, "rounds_disturbed"),
        json_is_true(miev_field_at(miev_field_at(report, "meter"), "neighbours_void_rounds"))
            ? ", which makes them void"
            : "; they are kept, because the estimate counts the model's own CPU time",
        miev_field_number(attribution, "inferences"));
    figure(terminal, "time", miev_field_number(energy, "inference_s"),
           "s  (within the model's process)");
    figure(terminal, "span", miev_field_number(attribution, "span_s"),
           "s  (between the two readings)");
    if (isfinite(miev_field_number(attribution, "work_cpu_s"))) {
        figure(terminal, "its CPU time", miev_field_number(attribution, "work_cpu_s"), "s");
        figure(terminal, "all CPU time", miev_field_number(attribution, "machine_cpu_s"),
               "s  (of all programs)");
    }
}

/* ---- from readings to the model's own joules ------------------------------------------------ */

static void explain_work_share(const json_t *at, double above_j, const struct terminal *terminal)
{
    double ratio = miev_field_number(at, "work_ratio"), net_j = miev_field_number(at, "net_joules");
    if (isfinite(ratio))
        explain_equation(terminal, "work's own", net_j, "J", "%.6g J x %.6g", above_j, ratio);
    else
        figure(terminal, "work's own", net_j, "J  (round by round: its share of the CPU time)");
}

/* What an estimate of the CPU is made of: watts for each second of the work's CPU time. */
static void explain_watts(const json_t *report, const json_t *at, double above_j, double work_cpu_s,
                          const struct terminal *terminal)
{
    bool estimated = strcmp(miev_field_text(find_channel(report, at), "method"), "estimated") == 0;
    if (estimated && strcmp(miev_field_text(at, "part"), "cpu") == 0 && work_cpu_s > 0)
        explain_equation(terminal, "per CPU second", above_j / work_cpu_s, "W", "%.6g J / %.6g s",
                         above_j, work_cpu_s);
}

static void explain_idle_share(const json_t *report, const json_t *at, double *idle_share_j,
                               const struct terminal *terminal)
{
    double logical = miev_field_number(miev_field_at(report, "settings"), "logical_cpus");
    double idle_j = miev_field_number(at, "idle_j"), ratio = miev_field_number(at, "idle_ratio");
    *idle_share_j = idle_j * ratio;
    if (ratio < 1 && ratio > 0) /* of the CPUs that are reserved */
        explain_equation(terminal, "idle share", *idle_share_j, "J", "%.6g J x %.0f / %.0f", idle_j,
                         ratio * logical, logical);
    else
        explain_equation(terminal, "idle share", *idle_share_j, "J", "%.6g J x %.6g", idle_j,
                         ratio);
}

static void explain_channel(const json_t *report, const json_t *at, const json_t *attribution,
                            const struct terminal *terminal)
{
    double reading_j = miev_field_number(at, "reading_j"), idle_j = miev_field_number(at, "idle_j");
    double gross_j = miev_field_number(at, "joules"), net_j = miev_field_number(at, "net_joules");
    double above_j = reading_j - idle_j, idle_share_j;
    say(terminal, "%s, by \"%s\":", miev_field_text(at, "part"), miev_field_text(at, "id"));
    figure(terminal, "reading", reading_j, "J  (its rise over a round / inferences)");
    if (!isfinite(idle_j)) {
        say(terminal, "There was no idle round: its reading counts by the share of CPU time.");
        figure(terminal, "gross", gross_j, "J");
        return;
    }
    explain_equation(terminal, "idle", idle_j, "J", "%.6g W x %.6g s",
                     miev_field_number(find_channel(report, at), "idle_w"),
                     miev_field_number(attribution, "span_s"));
    explain_equation(terminal, "above idle", above_j, "J", "%.6g J - %.6g J", reading_j, idle_j);
    explain_watts(report, at, above_j, miev_field_number(attribution, "work_cpu_s"), terminal);
    explain_work_share(at, above_j, terminal);
    explain_idle_share(report, at, &idle_share_j, terminal);
    explain_equation(terminal, "gross", gross_j, "J", "%.6g J + %.6g J", idle_share_j, net_j);
}

static void explain_channels(const json_t *report, const json_t *energy,
                             const struct terminal *terminal)
{
    size_t i;
    json_t *at;
    const json_t *attribution = miev_field_at(energy, "attribution");
    say_title(terminal, "4. Whose joules");
    if (miev_field_at(miev_field_at(report, "meter"), "remote"))
        say(terminal, "The channels are another machine's, and all that they read counts: %s.",
            miev_field_text(miev_field_at(miev_field_at(report, "meter"), "remote"), "boundary"));
    else
        say(terminal,
            "What a channel reads above idle is the work's by its share of the machine's CPU "
            "time (1 where the channel sees the work alone); of idle power it carries the CPUs "
            "that it reserves%s.",
            json_is_true(miev_field_at(miev_field_at(report, "settings"), "dedicated"))
                ? ": here all, as the machine is dedicated"
                : "");
    json_array_foreach(miev_field_at(attribution, "channels"), i, at)
        explain_channel(report, at, attribution, terminal);
}

/* ---- the sum and its two uncertainties ------------------------------------------------------ */

static bool in_headline(const json_t *part)
{
    return json_is_true(miev_field_at(part, "headline")) &&
           isfinite(miev_field_number(part, "joules"));
}

static void explain_sum(const json_t *energy, const char *which, const char *key,
                        const struct terminal *terminal)
{
    size_t i;
    json_t *part;
    struct sum sum = {.used = 0};
    const json_t *figures = miev_field_at(miev_field_at(energy, which), "per_inference_j");
    if (!isfinite(miev_field_number(figures, "value"))) {
        figure(terminal, which, NAN, "J");
        return;
    }
    json_array_foreach(miev_field_at(energy, "parts"), i, part)
    {
        if (in_headline(part))
            sum_add(&sum, "%s%.6g J", sum.used ? " + " : "", miev_field_number(part, key));
    }
    explain_equation(terminal, which, miev_field_number(figures, "value"), "J", "%s", sum.text);
}

static void explain_statistical(const json_t *energy, const char *which,
                                const struct terminal *terminal)
{
    const json_t *at = miev_field_at(energy, which);
    const json_t *figures = miev_field_at(at, "per_inference_j");
    const json_t *bounds = miev_field_at(figures, "statistical");
    double value_j = miev_field_number(figures, "value");
    double low_j = miev_field_number(bounds, "low"), high_j = miev_field_number(bounds, "high");
    double half_j = (high_j - low_j) / 2;
    if (!isfinite(half_j))
        return;
    say(terminal,
        "Statistical, of %s: %.0f %s scatter by a standard error of %.6g J, idle's own error moves "
        "the mean by %.6g J; Student's t of both together for 95 %% is %.6g.",
        which, miev_field_number(at, "rounds_effective"),
        json_is_true(miev_field_at(at, "batched")) ? "batches of rounds that resemble each other"
                                                   : "rounds",
        miev_field_number(at, "standard_error_j"), miev_field_number(at, "idle_error_j"),
        miev_field_number(at, "student_t"));
    explain_equation(terminal, "half width", half_j, "J", "%.6g x sqrt(%.6g^2 + %.6g^2)",
                     miev_field_number(at, "student_t"), miev_field_number(at, "standard_error_j"),
                     miev_field_number(at, "idle_error_j"));
    explain_equation(terminal, "low", low_j, "J", "%.6g J - %.6g J", value_j, half_j);
    explain_equation(terminal, "high", high_j, "J", "%.6g J + %.6g J", value_j, half_j);
}

/* How far each part may be off, and both distances as squares. */
static void explain_systematic(const json_t *energy, const struct terminal *terminal)
{
    size_t i;
    json_t *part;
    char name[32];
    struct sum below = {.used = 0}, above = {.used = 0};
    const json_t *figures = miev_field_at(miev_field_at(energy, "gross"), "per_inference_j");
    const json_t *bounds = miev_field_at(figures, "systematic");
    double value_j = miev_field_number(figures, "value");
    say(terminal,
        "Systematic, of gross: each part may be wrong by its factor in every round alike. "
        "Parts err independently: their distances add as squares.");
    json_array_foreach(miev_field_at(energy, "parts"), i, part)
    {
        double joules = miev_field_number(part, "joules");
        if (!in_headline(part) || joules == 0)
            continue;
        double below_j = joules - miev_field_number(part, "low");
        double above_j = miev_field_number(part, "high") - joules;
        (void)snprintf(name, sizeof(name), "%.8s below", miev_field_text(part, "part"));
        explain_equation(terminal, name, below_j, "J", "%.6g J x (1 - %.6g)", joules,
                         1 - below_j / joules);
        (void)snprintf(name, sizeof(name), "%.8s above", miev_field_text(part, "part"));
        explain_equation(terminal, name, above_j, "J", "%.6g J x (%.6g - 1)", joules,
                         1 + above_j / joules);
        sum_add(&below, "%s%.6g^2", below.used ? " + " : "", below_j);
        sum_add(&above, "%s%.6g^2", above.used ? " + " : "", above_j);
    }
    explain_equation(terminal, "low", miev_field_number(bounds, "low"), "J", "%.6g J - sqrt(%s)",
                     value_j, below.text);
    explain_equation(terminal, "high", miev_field_number(bounds, "high"), "J", "%.6g J + sqrt(%s)",
                     value_j, above.text);
}

static void explain_energy(const json_t *energy, const struct terminal *terminal)
{
    say_title(terminal, "5. Joules of one inference");
    say(terminal,
        "Gross is all that the reserved part of the machine draws, and goes into the grams; net is "
        "what of that is above idle%s. They are %s.",
        json_is_true(miev_field_at(energy, "net_below_resolution"))
            ? " (here its interval covers 0: below what these rounds can resolve)"
            : "",
        miev_field_text(energy, "method"));
    explain_sum(energy, "gross", "joules", terminal);
    explain_sum(energy, "net", "net_joules", terminal);
    explain_statistical(energy, "gross", terminal);
    explain_statistical(energy, "net", terminal);
    explain_systematic(energy, terminal);
}

/* ---- grams ---------------------------------------------------------------------------------- */

struct energy_bound {
    const char *name; /* "low" */
    double sign;      /* -1 or 1 */
    double value_j, statistical_j, systematic_j;
    double grams; /* the electricity's bound, as the report has it */
};

/* Both uncertainties of the energy as one bound: as factors, where both are. */
static double explain_factors(const struct energy_bound *of, const char *name,
                              const struct terminal *terminal)
{
    double a = of->statistical_j / of->value_j, b = of->systematic_j / of->value_j;
    double bound_j = of->value_j * exp(of->sign * hypot(log(a), log(b)));
    explain_equation(terminal, "by rounds", a, "", "%.6g J / %.6g J", of->statistical_j,
                     of->value_j);
    explain_equation(terminal, "by sensor", b, "", "%.6g J / %.6g J", of->systematic_j,
                     of->value_j);
    explain_equation(terminal, name, bound_j, "J", "%.6g x exp(%ssqrt(ln(%.6g)^2 + ln(%.6g)^2))",
                     of->value_j, of->sign < 0 ? "-" : "", a, b);
    return bound_j;
}

static double explain_distances(const struct energy_bound *of, const char *name,
                                const struct terminal *terminal)
{
    double a = of->statistical_j - of->value_j, b = of->systematic_j - of->value_j;
    double bound_j = of->value_j + of->sign * hypot(a, b);
    explain_equation(terminal, "by rounds", a, "J", "%.6g J - %.6g J", of->statistical_j,
                     of->value_j);
    explain_equation(terminal, "by sensor", b, "J", "%.6g J - %.6g J", of->systematic_j,
                     of->value_j);
    explain_equation(terminal, name, bound_j, "J", "%.6g J %c sqrt((%.6g)^2 + (%.6g)^2)",
                     of->value_j, of->sign < 0 ? '-' : '+', a, b);
    return bound_j;
}

static void explain_bound(const struct energy_bound *of, double g_per_j,
                          const struct terminal *terminal)
{
    char name[32];
    bool factors = of->value_j > 0 && of->statistical_j > 0 && of->systematic_j > 0;
    (void)snprintf(name, sizeof(name), "energy %s", of->name);
    double bound_j =
        factors ? explain_factors(of, name, terminal) : explain_distances(of, name, terminal);
    explain_equation(terminal, of->name, of->grams, "g", "%.6g J x %.6g g/J", bound_j, g_per_j);
}

static void explain_electricity(const json_t *report, const json_t *model,
                                const struct terminal *terminal)
{
    const json_t *site = miev_field_at(report, "site");
    const json_t *gross =
        miev_field_at(miev_field_at(miev_field_at(model, "energy"), "gross"), "per_inference_j");
    const json_t *grams = miev_field_at(miev_field_at(model, "footprint"), "operational_g");
    double value_j = miev_field_number(gross, "value"),
           intensity = miev_field_number(site, "intensity_g_per_kwh");
    double pue = miev_field_number(site, "pue"), g_per_j = pue / J_PER_KWH * intensity;
    char year[32] = "";
    if (isfinite(miev_field_number(site, "year")))
        (void)snprintf(year, sizeof(year), " in %.0f", miev_field_number(site, "year"));
    say_title(terminal, "6. Grams of electricity");
    say(terminal,
        "Place: %s, %.6g g CO2e per kWh%s (%s)%s. PUE %.6g: what the building draws for each joule "
        "of "
        "the computer. Both are held fixed. 1 kWh is 3.6e6 J.",
        miev_field_text(site, "zone"), intensity, year, miev_field_text(site, "source"),
        json_is_true(miev_field_at(site, "default")) ? ", because nobody named a place" : "", pue);
    explain_equation(terminal, "electricity", miev_field_number(grams, "value"), "g",
                     "%.6g J / 3.6e6 x %.6g x %.6g g/kWh", value_j, pue, intensity);
    say(terminal,
        "Its bounds are those of the energy: the rounds and the sensor err independently, "
        "and as factors, so that their logarithms add as squares%s.",
        miev_field_number(miev_field_at(gross, "statistical"), "low") > 0
            ? ""
            : " (a bound at or below 0 has none: that side adds the distances as squares)");
    const json_t *statistical = miev_field_at(gross, "statistical");
    const json_t *systematic = miev_field_at(gross, "systematic");
    const struct energy_bound low = {"low",
                                     -1,
                                     value_j,
                                     miev_field_number(statistical, "low"),
                                     miev_field_number(systematic, "low"),
                                     miev_field_number(grams, "low")};
    const struct energy_bound high = {"high",
                                      1,
                                      value_j,
                                      miev_field_number(statistical, "high"),
                                      miev_field_number(systematic, "high"),
                                      miev_field_number(grams, "high")};
    explain_equation(terminal, "each joule", g_per_j, "g/J", "%.6g x %.6g g/kWh / 3.6e6", pue,
                     intensity);
    explain_bound(&low, g_per_j, terminal);
    explain_bound(&high, g_per_j, terminal);
}

/* How far one kind of grams is from its bound, and the same added to the sum of squares. */
static void explain_distance(const char *name, const json_t *grams, const char *bound,
                             struct sum *sum, const struct terminal *terminal)
{
    double distance_g = miev_field_number(grams, bound) - miev_field_number(grams, "value");
    explain_equation(terminal, name, distance_g, "g", "%.6g g - %.6g g",
                     miev_field_number(grams, bound), miev_field_number(grams, "value"));
    sum_add(sum, "%s(%.6g)^2", sum->used ? " + " : "", distance_g);
}

/* One bound of the total: the distances of both kinds of grams to theirs, as squares. */
static void explain_total_bound(const json_t *footprint, const char *bound, double sign,
                                const struct terminal *terminal)
{
    const json_t *total = miev_field_at(footprint, "per_inference_g");
    const json_t *making = miev_field_at(footprint, "embodied_g");
    struct sum sum = {.used = 0};
    explain_distance("by electricity", miev_field_at(footprint, "operational_g"), bound, &sum,
                     terminal);
    if (isfinite(miev_field_number(making, "value")))
        explain_distance("by machine", making, bound, &sum, terminal);
    explain_equation(terminal, bound, miev_field_number(total, bound), "g", "%.6g g %c sqrt(%s)",
                     miev_field_number(total, "value"), sign < 0 ? '-' : '+', sum.text);
}

static void explain_total(const json_t *footprint, const struct terminal *terminal)
{
    const json_t *total = miev_field_at(footprint, "per_inference_g");
    double making_g = miev_field_number(miev_field_at(footprint, "embodied_g"), "value");
    double electricity_g = miev_field_number(miev_field_at(footprint, "operational_g"), "value");
    double value_g = miev_field_number(total, "value");
    double low_g = miev_field_number(total, "low"), high_g = miev_field_number(total, "high");
    say_title(terminal, "8. Together");
    if (isfinite(making_g))
        explain_equation(terminal, "one inference", value_g, "g", "%.6g g + %.6g g", electricity_g,
                         making_g);
    else
        explain_equation(terminal, "one inference", value_g, "g", "%.6g g", electricity_g);
    if (isfinite(making_g))
        say(terminal, "Both err independently: the distances to their bounds add as squares.");
    explain_total_bound(footprint, "low", -1, terminal);
    explain_total_bound(footprint, "high", 1, terminal);
    say(terminal, "And of a million inferences:");
    explain_equation(terminal, "a million", value_g * PER_MILLION, "g", "%.6g g x 1e6", value_g);
    explain_equation(terminal, "low", low_g * PER_MILLION, "g", "%.6g g x 1e6", low_g);
    explain_equation(terminal, "high", high_g * PER_MILLION, "g", "%.6g g x 1e6", high_g);
}

/* A request at the user's own rate, which holds what its worker draws and carries while it waits.
 */
static void explain_rate(const json_t *model, const struct terminal *terminal)
{
    const json_t *rate = miev_field_at(miev_field_at(model, "footprint"), "at_rate");
    const json_t *net =
        miev_field_at(miev_field_at(miev_field_at(model, "energy"), "net"), "per_inference_j");
    double requests = miev_field_number(rate, "requests_per_day");
    double request_g = miev_field_number(miev_field_at(rate, "per_request_g"), "value");
    if (!rate)
        return;
    if (!isfinite(request_g)) {
        say(terminal, "At that rate: %s.", miev_field_text(rate, "reason"));
        return;
    }
    say(terminal,
        "At %.10g requests a day, of 86400 s, the worker (%.6g of them) is provisioned all the "
        "time "
        "and its share of the idle power is %.6g W. Net stands above, in the joules:",
        requests, miev_field_number(rate, "workers"), miev_field_number(rate, "idle_w"));
    explain_equation(terminal, "a request",
                     miev_field_number(miev_field_at(rate, "per_request_j"), "value"), "J",
                     "%.6g W x %.6g x 86400 s / %.10g + %.6g J", miev_field_number(rate, "idle_w"),
                     miev_field_number(rate, "workers"), requests, miev_field_number(net, "value"));
    say(terminal, "By the same place, and with manufacturing for the time reserved: %.6g g.",
        request_g);
    explain_equation(terminal, "a year", miev_field_number(rate, "year_g"), "g",
                     "%.6g g x %.10g x 365.25", request_g, requests);
}

/* ---- the row -------------------------------------------------------------------------------- */

static void explain_model(const json_t *report, const json_t *model,
                          const struct terminal *terminal)
{
    char name[160], title[200];
    const json_t *energy = miev_field_at(model, "energy"),
                 *footprint = miev_field_at(model, "footprint");
    miev_text_show(name, sizeof(name), miev_field_text(model, "name"));
    (void)snprintf(title, sizeof(title), "%s, from counter to gram", name);
    say_title(terminal, title);
    if (miev_field_at(model, "error")) {
        say(terminal, "It failed (%s), and has no figures.",
            miev_field_text(miev_field_at(model, "error"), "code"));
        return;
    }
    explain_answer(model, terminal);
    if (!miev_field_at(energy, "attribution")) {
        say(terminal, "It has no energy and so no grams: %s.",
            *miev_field_text(energy, "reason") ? miev_field_text(energy, "reason")
                                               : "an older report, which does not tell how");
        return;
    }
    explain_counters(report, energy, terminal);
    explain_rounds(report, energy, terminal);
    explain_channels(report, energy, terminal);
    explain_energy(energy, terminal);
    if (!miev_field_at(footprint, "per_inference_g")) {
        say(terminal, "It has no grams: noise took its energy below zero.");
        return;
    }
    explain_electricity(report, model, terminal);
    explain_manufacturing(report, model, terminal);
    explain_total(footprint, terminal);
    explain_rate(model, terminal);
}

/* Least carbon first; models without a figure, then failed ones, last. */
static double rank(const json_t *model)
{
    double grams = miev_field_number(
        miev_field_at(miev_field_at(model, "footprint"), "per_inference_g"), "value");
    if (miev_field_at(model, "error"))
        return INFINITY;
    return isfinite(grams) ? grams : HUGE_GRAMS;
}

/* "cifar10-nano" names "cifar10-nano:int8" too; "" names every row. */
static bool is_named(const json_t *model, const char *name)
{
    const char *own = miev_field_text(model, "name");
    size_t length = strlen(name);
    return length == 0 ||
           (strncmp(own, name, length) == 0 && (own[length] == '\0' || own[length] == ':'));
}

static const json_t *find_model(const json_t *models, const char *name)
{
    size_t i;
    json_t *model;
    const json_t *found = NULL;
    json_array_foreach(models, i, model)
    {
        if (is_named(model, name) && (!found || rank(model) < rank(found)))
            found = model;
    }
    return found;
}

static int refuse(const json_t *models, const char *name, struct miev_error *err)
{
    size_t i;
    json_t *model;
    char asked[160];
    struct sum list = {.used = 0};
    miev_text_show(asked, sizeof(asked), name);
    json_array_foreach(models, i, model)
        sum_add(&list, "%s%s", list.used ? ", " : "", miev_field_text(model, "name"));
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "--explain: there is no row '%s' in this report: it has %s", asked,
                          list.text);
}

int explain_report(const json_t *report, const char *name, const struct terminal *terminal,
                   struct miev_error *err)
{
    const json_t *models = miev_field_at(report, "models");
    const json_t *model = find_model(models, name);
    if (!model)
        return refuse(models, name, err);
    explain_model(report, model, terminal);
    return MIEV_OK;
}
