/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/terminal.h"
#include "core/error.h"
#include "engine/engine.h"
#include "media/media.h"
#include "meter/meter.h"
#include "model/catalog.h"
#include "sensor/machine.h"
#include "study/facts.h"

static void show_machine(const struct miev_env *env, const struct terminal *terminal)
{
    struct miev_machine machine;
    miev_machine_read(env, &machine);
    printf("%smachine%s\n", terminal_bold(terminal), terminal_reset(terminal));
    printf("  CPU      %s%s%s%s%s%s, %u logical CPU%s\n",
           *machine.cpu_name ? machine.cpu_name : "(does not tell its name)",
           *machine.microarchitecture ? " (" : "", machine.microarchitecture,
           *machine.disbelieved ? " by its flags; its number is of " : "", machine.disbelieved,
           *machine.microarchitecture ? ")" : "", machine.logical_cpus,
           machine.logical_cpus > 1 ? "s" : "");
    printf("  memory   %.1f GiB\n", (double)machine.memory_bytes / (double)(1ull << 30));
    printf("  kind     %s%s%s\n", miev_machine_class_name(machine.machine_class),
           machine.virtual_machine ? ", virtual machine under " : "",
           machine.virtual_machine ? (*machine.hypervisor ? machine.hypervisor : "?") : "");
    if (*machine.vendor || *machine.product)
        printf("  product  %s %s\n", machine.vendor, machine.product);
    printf("  kernel   %s\n", machine.kernel);
}

static void show_channel(const struct miev_meter_channel *at, const struct terminal *terminal)
{
    char period[48] = "at every read", text[256];
    double period_ms = (double)at->channel.update_period_ns * 1e-6;
    if (period_ms > 0)
        (void)snprintf(period, sizeof(period), "every %.3g %s",
                       period_ms < 1000 ? period_ms : period_ms / 1000,
                       period_ms < 1000 ? "ms" : "s");
    (void)snprintf(text, sizeof(text), "%s, x %.3g to x %.3g, moves %s%s",
                   miev_quality_name(at->channel.quality), at->channel.systematic_low_ratio,
                   at->channel.systematic_high_ratio, period,
                   !at->counted                        ? " (shown, not added)"
                   : at->channel.part == MIEV_PART_GPU ? " (added to work that uses the GPU)"
                                                       : "");
    printf("    %-16s %-8s ", at->channel.id, miev_part_name(at->channel.part));
    terminal_wrap_from(terminal, text, 30, 21);
    printf("    %-16s ", "");
    terminal_wrap_from(terminal, at->channel.source, 21, 21);
}

static void show_sensors(struct miev_meter *meter, const struct terminal *terminal)
{
    printf(
        "\n%ssensors%s (measured before estimated; a part is never added to its whole; the truth\n"
        "lies between x LOW and x HIGH with 90 %%)\n",
        terminal_bold(terminal), terminal_reset(terminal));
    for (size_t i = 0; i < miev_meter_finding_count(meter); i++) {
        const struct miev_meter_finding *finding = miev_meter_finding_at(meter, i);
        char text[256];
        (void)snprintf(text, sizeof(text), "%s: %s",
                       finding->status == MIEV_OK ? "found" : miev_status_name(finding->status),
                       finding->summary);
        printf("  %-10s ", finding->sensor);
        terminal_wrap_from(terminal, text, 13, 13);
        if (*finding->message) {
            printf("    ");
            terminal_wrap_from(terminal, finding->message, 4, 4);
        }
        for (size_t c = 0; c < finding->n_channels; c++)
            show_channel(miev_meter_channel_at(meter, finding->first_channel + c), terminal);
    }
}

static void show_engine(const struct miev_engine_ops *engine, const char *runtime_dir,
                        const struct terminal *terminal)
{
    struct miev_error err;
    char text[768];
    json_t *reply = NULL;
    if (miev_facts_engine(engine, runtime_dir, &reply, &err) == MIEV_OK) {
        const json_t *info = json_object_get(reply, "engine");
        (void)snprintf(text, sizeof(text), "found: %s %s, %s; locked in by %s",
                       json_string_value(json_object_get(info, "runtime")),
                       json_string_value(json_object_get(info, "version")), engine->summary,
                       json_string_value(json_object_get(reply, "sandbox")));
    } else {
        (void)snprintf(text, sizeof(text), "%s: %s", miev_status_name(err.code), err.message);
    }
    printf("  %-10s ", engine->name);
    terminal_wrap_from(terminal, text, 13, 13);
    json_decref(reply);
}

static void show_engines(const struct miev_env *env, const struct terminal *terminal)
{
    char runtime[PATH_MAX];
    struct miev_error err;
    printf("\n%sengines%s\n", terminal_bold(terminal), terminal_reset(terminal));
    int rc = miev_runtime_dir(env, runtime, sizeof(runtime), &err);
    if (rc != MIEV_OK)
        printf("  (%s)\n", err.message);
    for (size_t i = 0; miev_engines[i]; i++)
        show_engine(miev_engines[i], rc == MIEV_OK ? runtime : NULL, terminal);
}

static void show_pictures(const struct terminal *terminal)
{
    struct miev_error err;
    const char *between = "";
    printf("\n%spictures%s\n  ", terminal_bold(terminal), terminal_reset(terminal));
    for (size_t i = 0; miev_image_formats[i]; i++) {
        if (miev_image_prepare(miev_image_formats[i]->name, NULL) != MIEV_OK)
            continue;
        printf("%s%s", between, miev_image_formats[i]->name);
        between = ", ";
    }
    printf("\n");
    for (size_t i = 0; miev_image_absent_formats[i].name; i++)
        printf("  %-10s not in this build: install %s and build again\n",
               miev_image_absent_formats[i].name, miev_image_absent_formats[i].package);
    for (size_t i = 0; miev_image_formats[i]; i++) {
        if (miev_image_prepare(miev_image_formats[i]->name, &err) == MIEV_OK)
            continue;
        printf("  %-10s ", miev_image_formats[i]->name);
        terminal_wrap(terminal, err.message, 13);
    }
}

static int examine(const char *root)
{
    struct miev_env env = *miev_env_host();
    struct miev_meter *meter = NULL;
    struct terminal terminal;
    struct miev_error err;
    if (root) {
        if (access(root, X_OK) != 0) {
            (void)miev_error_errno(&err, "cannot look at the machine below %s", root);
            return cli_fail(&err);
        }
        env = miev_env_recorded(root);
    }
    terminal_init(&terminal, stdout);
    show_machine(&env, &terminal);
    if (miev_meter_create(&env, miev_sensors, &meter, &err) != MIEV_OK)
        return cli_fail(&err);
    show_sensors(meter, &terminal);
    miev_meter_destroy(meter);
    show_engines(&env, &terminal);
    show_pictures(&terminal);
    return CLI_OK;
}

struct settings {
    const char *root;
};

static const struct settings defaults = {NULL};

static const struct arg_option options[] = {
    ARG_TEXT_AT(struct settings, root, "--root", "DIR",
                "look at the recorded machine below DIR (its sys and proc)"),
    {0},
};

static int run_doctor(const void *settings, char **words, size_t n_words)
{
    (void)words, (void)n_words;
    return examine(((const struct settings *)settings)->root);
}

const struct cli_command cli_doctor = {
    .name = "doctor",
    .title = "show this machine, its sensors and engines, and what is missing",
    .usage = {"[--root DIR]",
              "Show what this machine is, which energy sensors and engines were found, how good "
              "each is,\nand what would open those that are closed.",
              "  miev doctor\n  miev doctor --root DIR", options, 0},
    .defaults = &defaults,
    .settings_size = sizeof(defaults),
    .run = run_doctor,
};
