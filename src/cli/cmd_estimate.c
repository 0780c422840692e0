/* SPDX-License-Identifier: Apache-2.0 */
/* `miev estimate`: a calculator. Runs nothing and measures nothing. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/show_others.h"
#include "cli/show_parts.h"
#include "cli/site.h"
#include "core/error.h"
#include "study/estimate_ask.h"

#define G_PER_KG 1e3

struct estimate_settings {
    struct miev_estimate_ask ask;
    const char *json;
    struct site_settings site;
};

static const struct estimate_settings defaults = {.ask = MIEV_ESTIMATE_ASK_INIT,
                                                  .site = SITE_SETTINGS_INIT};

static const struct arg_option options[] = {
    ARG_NUMBER_AT(struct estimate_settings, ask.hours, "--hours", "H", MIEV_ESTIMATE_MIN_HOURS,
                  MIEV_ESTIMATE_MAX_HOURS, "how long it runs"),
    ARG_TEXT_AT(struct estimate_settings, ask.cpu, "--cpu", "NAME",
                "the processor, as its maker calls it; without this and\n--instance: this machine"),
    ARG_TEXT_AT(struct estimate_settings, ask.instance, "--instance", "TYPE",
                "a cloud instance: aws:m5.xlarge, azure:d4s_v5,\ngcp:n2-standard-8"),
    ARG_COUNT_AT(struct estimate_settings, ask.sockets, "--sockets", "N", 1,
                 MIEV_ESTIMATE_MAX_SOCKETS, "processors of --cpu (default 1)"),
    ARG_COUNT_AT(struct estimate_settings, ask.cores, "--cores", "N", 1, MIEV_ESTIMATE_MAX_CORES,
                 "cores of one processor; default: as the tables have it"),
    ARG_NUMBER_AT(struct estimate_settings, ask.memory_gib, "--memory", "GIB",
                  MIEV_ESTIMATE_MIN_MEMORY_GIB, MIEV_ESTIMATE_MAX_MEMORY_GIB,
                  "memory of the machine; default: 4 GiB a core"),
    ARG_CHOICE_AT(struct estimate_settings, ask.machine_class, "--class", "CLASS",
                  MIEV_ESTIMATE_CLASSES,
                  "server, desktop or laptop: adds the share of manufacturing"),
    ARG_NUMBER_AT(struct estimate_settings, ask.usage, "--usage", "SHARE", 0, 1,
                  "of all its CPUs, on average (default 1)"),
    ARG_TEXT_AT(struct estimate_settings, ask.gpu, "--gpu", "NAME",
                "a graphics card (\"V100\", \"RTX 3090\")"),
    ARG_NUMBER_AT(struct estimate_settings, ask.gpu_watts, "--gpu-watts", "W", 1,
                  MIEV_ESTIMATE_MAX_GPU_W, "its thermal design power, when no table has it"),
    ARG_COUNT_AT(struct estimate_settings, ask.gpus, "--gpus", "N", 1, MIEV_ESTIMATE_MAX_GPUS,
                 "how many cards (default 1)"),
    ARG_NUMBER_AT(struct estimate_settings, ask.gpu_usage, "--gpu-usage", "SHARE", 0, 1,
                  "of the cards, on average (default 1)"),
    SITE_OPTIONS(struct estimate_settings, site),
    ARG_TEXT_AT(struct estimate_settings, ask.methods, "--method", "LIST",
                "what other tools would say: all, or their names\n(see miev footprint --help)"),
    ARG_TEXT_AT(struct estimate_settings, json, "--json", "FILE",
                "write it as JSON; - for standard output, instead of the\ntable"),
    {0},
};

static int make_wish(const struct estimate_settings *settings, struct miev_estimate_wish *out,
                     struct miev_error *err)
{
    if (settings->ask.hours <= 0)
        return miev_error_set(err, MIEV_ERR_INVALID, "say how long it runs: --hours 1.5");
    return miev_estimate_wish_make(&settings->ask, miev_env_host(), out, err);
}

/* ---- the table ------------------------------------------------------------------------------ */

static void print_interval(const json_t *interval, enum miev_quantity quantity, const char *what,
                           const struct terminal *terminal)
{
    double value = miev_field_number(interval, "value");
    struct miev_unit unit = miev_unit_for(quantity, &value, 1, !terminal->utf8);
    char text[MIEV_INTERVAL_SIZE];
    if (!json_is_object(interval)) {
        printf("%-16s  -\n", what);
        return;
    }
    miev_format_interval(text, sizeof(text), value, miev_field_number(interval, "low"),
                         miev_field_number(interval, "high"), &unit);
    printf("%-16s  %s %s\n", what, text, unit.name);
}

static void say_hardware(const json_t *document, const struct terminal *terminal)
{
    const json_t *hardware = miev_field_at(document, "hardware");
    const char *instance = miev_field_text(hardware, "instance");
    const char *cpu = miev_field_text(hardware, "cpu");
    bool guest = json_is_true(miev_field_at(hardware, "virtual_machine"));
    say(terminal, "%s%s%s, %.0f logical CPUs%s, %.3g GiB, %.6g hour%s at %.3g %% of its CPUs",
        terminal_bold(terminal),
        guest && *instance ? instance
        : *cpu             ? cpu
                           : "an unnamed CPU",
        terminal_reset(terminal), miev_field_number(hardware, "logical_cpus"),
        guest ? " of a shared host" : "", miev_field_number(hardware, "memory_gib"),
        miev_field_number(document, "hours"), miev_field_number(document, "hours") == 1 ? "" : "s",
        100 * miev_field_number(document, "usage"));
}

static void say_parts(const json_t *document, const struct terminal *terminal)
{
    size_t i;
    json_t *part;
    json_array_foreach(miev_field_at(document, "parts"), i, part)
        say(terminal, "- %s: estimated, %.3g times to %.3g times that (90 %%). %s",
            miev_field_text(part, "part"),
            miev_field_number(part, "low") / miev_field_number(part, "joules"),
            miev_field_number(part, "high") / miev_field_number(part, "joules"),
            miev_field_text(part, "source"));
}

static void say_making(const json_t *document, const struct terminal *terminal)
{
    size_t i;
    const json_t *part;
    bool machine = false;
    json_array_foreach(miev_field_at(document, "embodied_parts"), i, part)
    {
        const json_t *total = miev_field_at(part, "total_g");
        double count = miev_field_number(part, "count");
        machine |= strcmp(miev_field_text(part, "part"), "machine") == 0;
        if (strcmp(miev_field_text(part, "part"), "gpu") != 0)
            continue;
        say(terminal, "- making %.0f x %s: %.4g kg each (%.3g to %.3g). %s", count,
            miev_field_text(part, "name"), miev_field_number(total, "value") / G_PER_KG,
            miev_field_number(total, "low") / G_PER_KG, miev_field_number(total, "high") / G_PER_KG,
            miev_field_text(part, "source"));
    }
    if (!json_is_object(miev_field_at(document, "embodied_g")))
        say(terminal, "Manufacturing is left out: --class says what kind of machine it is.");
    else if (!machine)
        say(terminal, "Manufacturing is of the cards alone: --class says what kind of machine they "
                      "are in.");
}

static void show(const json_t *document)
{
    struct terminal terminal;
    terminal_init(&terminal, stdout);
    say_hardware(document, &terminal);
    say_site(document, &terminal);
    printf("\n");
    print_interval(miev_field_at(document, "energy_j"), MIEV_QUANTITY_ENERGY_J, "energy",
                   &terminal);
    print_interval(miev_field_at(document, "operational_g"), MIEV_QUANTITY_MASS_G,
                   "CO2e of running", &terminal);
    print_interval(miev_field_at(document, "embodied_g"), MIEV_QUANTITY_MASS_G, "of manufacturing",
                   &terminal);
    print_interval(miev_field_at(document, "total_g"), MIEV_QUANTITY_MASS_G, "both", &terminal);
    printf("\n");
    say_parts(document, &terminal);
    say_making(document, &terminal);
    say(&terminal, "Not covered: power supply, fans, disks, network.");
    if (miev_field_at(document, "others"))
        show_others_of_estimate(document, &terminal);
}

static int run_estimate(const void *given, char **words, size_t n_words)
{
    const struct estimate_settings *settings = given;
    struct miev_estimate_wish wish;
    struct miev_price_options price;
    struct miev_site site;
    struct miev_error err;
    json_t *document = NULL;
    (void)words, (void)n_words;
    if (make_wish(settings, &wish, &err) != MIEV_OK ||
        site_options(&settings->site, &site, &price, &err) != MIEV_OK ||
        miev_estimate(&wish, &price, &document, &err) != MIEV_OK)
        return cli_usage_error("estimate", &err);
    int rc = settings->json ? output_json(document, settings->json, &err) : MIEV_OK;
    if (!settings->json || strcmp(settings->json, "-") != 0)
        show(document);
    json_decref(document);
    return rc == MIEV_OK ? CLI_OK : cli_fail(&err);
}

const struct cli_command cli_estimate = {
    .name = "estimate",
    .title = "reckon joules and grams of hardware, without running anything",
    .usage =
        {"--hours H [--cpu NAME | --instance TYPE] [--zone ZONE]",
         "Reckon what hardware draws and emits that runs for some hours: for a machine that "
         "is\nnot here, or work that is over. Every figure is an estimate with its interval; "
         "to\nmeasure, use miev compare.",
         "  miev estimate --cpu \"AMD EPYC 7763\" --sockets 2 --class server --hours 100\n"
         "  miev estimate --instance aws:m5.xlarge --hours 24 --usage 0.3 --zone "
         "aws:eu-north-1\n"
         "  miev estimate --cpu \"Intel Core i7-8700\" --gpu V100 --hours 10 --zone FR --method "
         "all",
         options, 0},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_estimate,
};
