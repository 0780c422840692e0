/* SPDX-License-Identifier: Apache-2.0 */
#include "study/estimate_ask.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "study/others.h"

static int find_hardware(const struct miev_estimate_ask *ask, const struct miev_env *env,
                         struct miev_hardware *out, struct miev_error *err)
{
    if (ask->cpu && ask->instance)
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "cpu and instance both say what it runs on: give one of them");
    if (ask->instance)
        return miev_hardware_of_instance(ask->instance, out, err);
    if (ask->cpu)
        return miev_hardware_of_cpu(ask->cpu, (unsigned)ask->sockets, (unsigned)ask->cores,
                                    ask->memory_gib, out, err);
    *out = (struct miev_hardware){.n_designs = 1};
    miev_machine_read(env, &out->machine);
    return MIEV_OK;
}

static int set_class(const char *wanted, struct miev_machine *machine, struct miev_error *err)
{
    if (!wanted)
        return MIEV_OK;
    for (int c = MIEV_MACHINE_SERVER; c <= MIEV_MACHINE_LAPTOP; c++)
        if (strcmp(wanted, miev_machine_class_name((enum miev_machine_class)c)) == 0) {
            machine->machine_class = (enum miev_machine_class)c;
            return MIEV_OK;
        }
    return miev_error_set(err, MIEV_ERR_INVALID,
                          "no class is called '%.40s': say server, desktop or laptop", wanted);
}

static int find_cards(const struct miev_estimate_ask *ask, struct miev_estimate_wish *out,
                      struct miev_error *err)
{
    int rc = MIEV_OK;
    (void)snprintf(out->gpu_name, sizeof(out->gpu_name), "%.60s",
                   ask->gpu ? ask->gpu : "a graphics card");
    if (ask->gpu_watts > 0)
        out->gpu_tdp_w = ask->gpu_watts;
    else if (ask->gpu)
        rc = miev_hardware_gpu(ask->gpu, &out->gpu_tdp_w, out->gpu_name, err);
    out->n_gpus = isnan(out->gpu_tdp_w) ? 0 : (unsigned)ask->gpus;
    return rc;
}

int miev_estimate_wish_make(const struct miev_estimate_ask *ask, const struct miev_env *env,
                            struct miev_estimate_wish *out, struct miev_error *err)
{
    struct miev_estimate_wish wish = {.hours = ask->hours,
                                      .usage = ask->usage,
                                      .gpu_usage = ask->gpu_usage,
                                      .gpu_tdp_w = NAN,
                                      .methods = ask->methods};
    int rc = ask->methods ? miev_others_check(ask->methods, err) : MIEV_OK;
    if (rc == MIEV_OK)
        rc = find_hardware(ask, env, &wish.hardware, err);
    if (rc == MIEV_OK)
        rc = set_class(ask->machine_class, &wish.hardware.machine, err);
    if (rc == MIEV_OK)
        rc = find_cards(ask, &wish, err);
    if (rc == MIEV_OK)
        *out = wish;
    return rc;
}
