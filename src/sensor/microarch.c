/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/microarch.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct design {
    int family, model_from, model_to;
    int stepping_from; /* Intel's model 85 is three designs */
    const char *server, *client;
};

/* Numbers as in the Linux kernel's intel-family.h and AMD's revision guides. The last row that
 * fits counts, so that a stepping may refine the row before it. */
static const struct design amd_designs[] = {
    {0x17, 0x00, 0x2f, 0, "EPYC 1st Gen", "Zen"},   {0x17, 0x30, 0xff, 0, "EPYC 2nd Gen", "Zen 2"},
    {0x19, 0x00, 0x0f, 0, "EPYC 3rd Gen", "Zen 3"}, {0x19, 0x10, 0x1f, 0, "EPYC 4th Gen", "Zen 4"},
    {0x19, 0x20, 0x5f, 0, "Zen 3", "Zen 3"},        {0x19, 0x60, 0x7f, 0, "Zen 4", "Zen 4"},
    {0x19, 0xa0, 0xaf, 0, "EPYC 4th Gen", "Zen 4"}, {0x1a, 0x00, 0x1f, 0, "EPYC 5th Gen", "Zen 5"},
    {0x1a, 0x20, 0xff, 0, "Zen 5", "Zen 5"},
};

static const struct design intel_designs[] = {
    {6, 0x2a, 0x2a, 0, "Sandy Bridge", "Sandy Bridge"},
    {6, 0x2d, 0x2d, 0, "Sandy Bridge", "Sandy Bridge"},
    {6, 0x3a, 0x3a, 0, "Ivy Bridge", "Ivy Bridge"},
    {6, 0x3e, 0x3e, 0, "Ivy Bridge", "Ivy Bridge"},
    {6, 0x3c, 0x3c, 0, "Haswell", "Haswell"},
    {6, 0x3f, 0x3f, 0, "Haswell", "Haswell"},
    {6, 0x45, 0x46, 0, "Haswell", "Haswell"},
    {6, 0x3d, 0x3d, 0, "Broadwell", "Broadwell"},
    {6, 0x47, 0x47, 0, "Broadwell", "Broadwell"},
    {6, 0x4f, 0x4f, 0, "Broadwell", "Broadwell"},
    {6, 0x56, 0x56, 0, "Broadwell", "Broadwell"},
    {6, 0x4e, 0x4e, 0, "Skylake", "Skylake"},
    {6, 0x5e, 0x5e, 0, "Skylake", "Skylake"},
    {6, 0x55, 0x55, 0, "Skylake", "Skylake"},
    {6, 0x55, 0x55, 5, "Cascade Lake", "Cascade Lake"},
    {6, 0x55, 0x55, 10, "Cooper Lake", "Cooper Lake"},
    {6, 0x8e, 0x8e, 0, "Kaby Lake", "Kaby Lake"},
    {6, 0x9e, 0x9e, 0, "Coffee Lake", "Coffee Lake"},
    {6, 0xa5, 0xa6, 0, "Comet Lake", "Comet Lake"},
    {6, 0x6a, 0x6c, 0, "Ice Lake", "Ice Lake"},
    {6, 0x7d, 0x7e, 0, "Ice Lake client", "Ice Lake client"},
    {6, 0x8c, 0x8d, 0, "Tiger Lake", "Tiger Lake"},
    {6, 0xa7, 0xa7, 0, "Rocket Lake", "Rocket Lake"},
    {6, 0x97, 0x97, 0, "Alder Lake", "Alder Lake"},
    {6, 0x9a, 0x9a, 0, "Alder Lake", "Alder Lake"},
    {6, 0xb7, 0xb7, 0, "Raptor Lake", "Raptor Lake"},
    {6, 0xba, 0xba, 0, "Raptor Lake", "Raptor Lake"},
    {6, 0xbf, 0xbf, 0, "Raptor Lake", "Raptor Lake"},
    {6, 0xaa, 0xac, 0, "Meteor Lake", "Meteor Lake"},
    {6, 0xbd, 0xbd, 0, "Lunar Lake", "Lunar Lake"},
    {6, 0xc5, 0xc6, 0, "Arrow Lake", "Arrow Lake"},
    {6, 0x8f, 0x8f, 0, "Sapphire Rapids", "Sapphire Rapids"},
    {6, 0xcf, 0xcf, 0, "Emerald Rapids", "Emerald Rapids"},
    {6, 0xad, 0xae, 0, "Granite Rapids", "Granite Rapids"},
    {6, 0xaf, 0xaf, 0, "Sierra Forest", "Sierra Forest"},
};

static const struct design arm_designs[] = {
    {8, 0xd03, 0xd03, 0, "Cortex-A53", "Cortex-A53"},
    {8, 0xd08, 0xd08, 0, "Cortex-A72", "Cortex-A72"},
    {8, 0xd0b, 0xd0b, 0, "Cortex-A76", "Cortex-A76"},
    {8, 0xd0c, 0xd0c, 0, "Neoverse N1", "Neoverse N1"},
    {8, 0xd40, 0xd40, 0, "Neoverse V1", "Neoverse V1"},
    {8, 0xd42, 0xd42, 0, "Cortex-A78AE", "Cortex-A78AE"},
    {8, 0xd49, 0xd49, 0, "Neoverse N2", "Neoverse N2"},
    {8, 0xd4f, 0xd4f, 0, "Neoverse V2", "Neoverse V2"},
};

static const struct {
    const char *vendor;
    const struct design *designs;
    size_t n_designs;
} vendors[] = {
    {"AuthenticAMD", amd_designs, sizeof(amd_designs) / sizeof(amd_designs[0])},
    {"GenuineIntel", intel_designs, sizeof(intel_designs) / sizeof(intel_designs[0])},
    {"0x41", arm_designs, sizeof(arm_designs) / sizeof(arm_designs[0])},
};

static bool fits(const struct design *design, const struct miev_cpu_id *id)
{
    return design->family == id->family && id->model >= design->model_from &&
           id->model <= design->model_to && id->stepping >= design->stepping_from;
}

const char *miev_microarch_name(const struct miev_cpu_id *id, const char *name)
{
    bool server = strcasestr(name, "epyc") != NULL || strcasestr(name, "xeon") != NULL;
    const char *found = "";
    for (size_t v = 0; v < sizeof(vendors) / sizeof(vendors[0]); v++) {
        if (strcmp(vendors[v].vendor, id->vendor) != 0)
            continue;
        for (size_t i = 0; i < vendors[v].n_designs; i++)
            if (fits(&vendors[v].designs[i], id))
                found = server ? vendors[v].designs[i].server : vendors[v].designs[i].client;
    }
    return found;
}
