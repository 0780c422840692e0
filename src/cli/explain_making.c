/* SPDX-License-Identifier: Apache-2.0 */
/* Grams of the machine for the reserved time of its life, and of the cards in it for all of it. */
#include <math.h>
#include <string.h>

#include "cli/explain_parts.h"
#include "cli/show_parts.h"
#include "study/rate.h"

#define S_PER_YEAR (365.25 * 86400)

/* Value and bounds: each by its own footprint, lifetime and host. */
static const struct bound {
    const char *name, *life, *host;
} bounds[] = {{"value", "value", NULL},
              {"low", "high", "host_logical_cpus_high"},
              {"high", "low", "host_logical_cpus_low"}};

struct making {
    const json_t *embodied, *grams, *cards_g;
    double time_s, share;
    const struct terminal *terminal;
};

static double bound_of(const json_t *interval, const char *bound)
{
    return miev_field_number(interval, bound);
}

/* " x 256 / 576", or "" where the host is known. */
static void host_factor(char *out, size_t capacity, const json_t *embodied, const char *bound)
{
    out[0] = '\0';
    if (bound && json_is_true(miev_field_at(embodied, "host_guessed")))
        (void)snprintf(out, capacity, " x %.6g / %.6g",
                       miev_field_number(embodied, "host_logical_cpus"),
                       miev_field_number(embodied, bound));
}

static void explain_host(const struct making *of, double reserved)
{
    double cpus = miev_field_number(of->embodied, "host_logical_cpus");
    if (json_is_true(miev_field_at(of->embodied, "host_guessed")))
        say(of->terminal,
            "A virtual machine does not tell how large its host is: %.0f logical CPUs are taken, "
            "and %.0f to %.0f for the bounds.",
            cpus, miev_field_number(of->embodied, "host_logical_cpus_low"),
            miev_field_number(of->embodied, "host_logical_cpus_high"));
    explain_equation(of->terminal, "share", of->share, "", "%.0f / %.0f", reserved, cpus);
}

static void explain_machine(const struct making *of, double reserved)
{
    const json_t *machine = miev_field_at(of->embodied, "machine_g"),
                 *life = miev_field_at(of->embodied, "lifetime_s");
    say(of->terminal,
        "Making a %s emitted %.6g g (%.6g to %.6g: %s), spread over %.6g s (%.6g to %.6g), which "
        "is %.3g years (%.3g to %.3g). One inference carries its time, for the share of the "
        "machine that it reserves.",
        miev_field_text(of->embodied, "machine_class"), bound_of(machine, "value"),
        bound_of(machine, "low"), bound_of(machine, "high"),
        miev_field_text(of->embodied, "source"), bound_of(life, "value"), bound_of(life, "low"),
        bound_of(life, "high"), bound_of(life, "value") / S_PER_YEAR,
        bound_of(life, "low") / S_PER_YEAR, bound_of(life, "high") / S_PER_YEAR);
    explain_host(of, reserved);
    explain_equation(of->terminal, "reserved time", of->time_s * of->share, "s", "%.6g s x %.6g",
                     of->time_s, of->share);
    for (size_t i = 0; i < 3; i++) {
        char host[64];
        double cards_g = of->cards_g ? bound_of(of->cards_g, bounds[i].name) : 0;
        const char *name = of->cards_g ? "machine" : i == 0 ? "manufacturing" : bounds[i].name;
        host_factor(host, sizeof(host), of->embodied, bounds[i].host);
        explain_equation(of->terminal, name, bound_of(of->grams, bounds[i].name) - cards_g, "g",
                         "%.6g g x %.6g s / %.6g s%s", bound_of(machine, bounds[i].name),
                         of->time_s * of->share, bound_of(life, bounds[i].life), host);
    }
}

/* A card is wholly the work's that uses it. */
static void explain_cards(const struct making *of, bool machine)
{
    const json_t *list = miev_field_at(of->embodied, "cards"), *card;
    const json_t *life = miev_field_at(of->embodied, "lifetime_s");
    size_t i;
    say(of->terminal, "A graphics card is wholly the work's that uses it. Making them emitted");
    json_array_foreach(list, i, card)
    {
        const json_t *total = miev_field_at(card, "total_g");
        say(of->terminal, "- %s: %.6g g (%.6g to %.6g; %s)", miev_field_text(card, "name"),
            bound_of(total, "value"), bound_of(total, "low"), bound_of(total, "high"),
            miev_field_text(card, "source"));
    }
    for (size_t b = 0; b < 3; b++) {
        double sum_g = 0;
        json_array_foreach(list, i, card)
        {
            sum_g += bound_of(miev_field_at(card, "total_g"), bounds[b].name);
        }
        explain_equation(of->terminal, "cards", bound_of(of->cards_g, bounds[b].name), "g",
                         "%.6g g x %.6g s / %.6g s", sum_g, of->time_s,
                         bound_of(life, bounds[b].life));
    }
    for (size_t b = 0; b < 3; b++) {
        double all_g = bound_of(of->grams, bounds[b].name),
               cards_g = bound_of(of->cards_g, bounds[b].name);
        explain_equation(of->terminal, b == 0 ? "manufacturing" : bounds[b].name, all_g, "g",
                         "%.6g g + %.6g g", machine ? all_g - cards_g : 0, cards_g);
    }
}

void explain_manufacturing(const json_t *report, const json_t *model,
                           const struct terminal *terminal)
{
    const json_t *footprint = miev_field_at(model, "footprint");
    struct making of = {.embodied = miev_field_at(miev_field_at(report, "site"), "embodied"),
                        .grams = miev_field_at(footprint, "embodied_g"),
                        .cards_g = miev_field_at(footprint, "embodied_cards_g"),
                        .time_s = miev_field_number(miev_field_at(model, "energy"), "inference_s"),
                        .terminal = terminal};
    double reserved = miev_reserved_cpus(report, model);
    bool machine = json_is_object(miev_field_at(of.embodied, "machine_g"));
    of.share = fmin(1, reserved / miev_field_number(of.embodied, "host_logical_cpus"));
    say_title(terminal, "7. Grams of manufacturing");
    if (!json_is_object(of.grams) || (!machine && !of.cards_g)) {
        say(terminal, "Left out, or the class of this machine is not known.");
        return;
    }
    if (machine)
        explain_machine(&of, reserved);
    else
        say(terminal, "The machine that the cards are in is not known, and so not its making.");
    if (of.cards_g)
        explain_cards(&of, machine);
}
