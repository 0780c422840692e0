/* SPDX-License-Identifier: Apache-2.0 */
#include "study/facts.h"

#include "study/child.h"

#define ENGINE_TIMEOUT_S 30

json_t *miev_facts_machine(const struct miev_machine *machine)
{
    return json_pack(
        "{s:s, s:s, s:i, s:i, s:i, s:I, s:b, s:s, s:s, s:s, s:s, s:s}", "cpu", machine->cpu_name,
        "microarchitecture", machine->microarchitecture, "sockets", (int)machine->sockets, "cores",
        (int)machine->cores, "logical_cpus", (int)machine->logical_cpus, "memory_bytes",
        (json_int_t)machine->memory_bytes, "virtual_machine", (int)machine->virtual_machine,
        "hypervisor", machine->hypervisor, "class", miev_machine_class_name(machine->machine_class),
        "vendor", machine->vendor, "product", machine->product, "kernel", machine->kernel);
}

json_t *miev_facts_accuracy(const struct miev_card *card, const struct miev_card_file *file)
{
    const struct miev_card_accuracy *at = miev_card_accuracy_of(card, file->precision);
    if (!at)
        return json_null();
    return json_pack("{s:s, s:s, s:I, s:f, s:f, s:f, s:s}", "dataset", at->dataset, "split",
                     at->split, "images", (json_int_t)at->images, "top1", at->top1, "top1_low",
                     at->top1_low, "top1_high", at->top1_high, "source", at->source);
}

int miev_facts_engine(const struct miev_engine_ops *engine, const char *runtime_dir, json_t **out,
                      struct miev_error *err)
{
    struct miev_child_options options = {0};
    struct miev_child *child = NULL;
    int rc = miev_child_spawn(&options, &child, err);
    if (rc == MIEV_OK) {
        json_t *request =
            json_pack("{s:s, s:s, s:s?, s:i, s:s?}", "do", "open", "engine", engine->name,
                      "profile", engine->sandbox, "threads", 1, "runtime_dir", runtime_dir);
        rc = miev_child_ask(child, request, -1, ENGINE_TIMEOUT_S, out, err);
    }
    miev_child_destroy(child);
    return rc;
}
