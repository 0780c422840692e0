/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/microarch.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

unsigned miev_cpu_feature_at(size_t index, const char **flag)
{
    static const struct {
        const char *flag;
        unsigned feature;
    } flags[] = {
        {"avx512f", MIEV_CPU_AVX512},
        {"avx512_vnni", MIEV_CPU_AVX512_VNNI},
        {"avx512_vbmi2", MIEV_CPU_AVX512_VBMI2},
        {"avx512_bf16", MIEV_CPU_AVX512_BF16},
        {"avx_vnni", MIEV_CPU_AVX_VNNI},
        {"amx_tile", MIEV_CPU_AMX},
    };
    if (index >= sizeof(flags) / sizeof(flags[0]))
        return 0;
    *flag = flags[index].flag;
    return flags[index].feature;
}

/* What the designs have of those, each more than the one that it came after. */
enum {
    NO_AVX512 = 0,
    WITH_SKYLAKE = MIEV_CPU_AVX512,
    WITH_CASCADE_LAKE = WITH_SKYLAKE | MIEV_CPU_AVX512_VNNI,
    WITH_COOPER_LAKE = WITH_CASCADE_LAKE | MIEV_CPU_AVX512_BF16,
    WITH_ICE_LAKE = WITH_CASCADE_LAKE | MIEV_CPU_AVX512_VBMI2,
    WITH_ZEN_4 = WITH_ICE_LAKE | MIEV_CPU_AVX512_BF16,
    WITH_ZEN_5 = WITH_ZEN_4 | MIEV_CPU_AVX_VNNI,
    WITH_ALDER_LAKE = WITH_ZEN_5, /* its first ones, before AVX-512 was fused off */
    WITH_RAPTOR_LAKE = MIEV_CPU_AVX_VNNI,
    WITH_SAPPHIRE_RAPIDS = WITH_ZEN_5 | MIEV_CPU_AMX,
};

struct design {
    int family, model_from, model_to;
    int stepping_from; /* Intel's model 85 is three designs */
    unsigned features; /* at most */
    const char *server, *client;
};

/* Numbers as in the Linux kernel's intel-family.h and AMD's revision guides. The last row that
 * fits counts, so that a stepping may refine the row before it. */
static const struct design amd_designs[] = {
    {0x17, 0x00, 0x2f, 0, NO_AVX512, "EPYC 1st Gen", "Zen"},
    {0x17, 0x30, 0xff, 0, NO_AVX512, "EPYC 2nd Gen", "Zen 2"},
    {0x19, 0x00, 0x0f, 0, NO_AVX512, "EPYC 3rd Gen", "Zen 3"},
    {0x19, 0x10, 0x1f, 0, WITH_ZEN_4, "EPYC 4th Gen", "Zen 4"},
    {0x19, 0x20, 0x5f, 0, NO_AVX512, "Zen 3", "Zen 3"},
    {0x19, 0x60, 0x7f, 0, WITH_ZEN_4, "Zen 4", "Zen 4"},
    {0x19, 0xa0, 0xaf, 0, WITH_ZEN_4, "EPYC 4th Gen", "Zen 4"},
    {0x1a, 0x00, 0x1f, 0, WITH_ZEN_5, "EPYC 5th Gen", "Zen 5"},
    {0x1a, 0x20, 0xff, 0, WITH_ZEN_5, "Zen 5", "Zen 5"},
};

static const struct design intel_designs[] = {
    {6, 0x2a, 0x2a, 0, NO_AVX512, "Sandy Bridge", "Sandy Bridge"},
    {6, 0x2d, 0x2d, 0, NO_AVX512, "Sandy Bridge", "Sandy Bridge"},
    {6, 0x3a, 0x3a, 0, NO_AVX512, "Ivy Bridge", "Ivy Bridge"},
    {6, 0x3e, 0x3e, 0, NO_AVX512, "Ivy Bridge", "Ivy Bridge"},
    {6, 0x3c, 0x3c, 0, NO_AVX512, "Haswell", "Haswell"},
    {6, 0x3f, 0x3f, 0, NO_AVX512, "Haswell", "Haswell"},
    {6, 0x45, 0x46, 0, NO_AVX512, "Haswell", "Haswell"},
    {6, 0x3d, 0x3d, 0, NO_AVX512, "Broadwell", "Broadwell"},
    {6, 0x47, 0x47, 0, NO_AVX512, "Broadwell", "Broadwell"},
    {6, 0x4f, 0x4f, 0, NO_AVX512, "Broadwell", "Broadwell"},
    {6, 0x56, 0x56, 0, NO_AVX512, "Broadwell", "Broadwell"},
    {6, 0x4e, 0x4e, 0, NO_AVX512, "Skylake", "Skylake"},
    {6, 0x5e, 0x5e, 0, NO_AVX512, "Skylake", "Skylake"},
    {6, 0x55, 0x55, 0, WITH_SKYLAKE, "Skylake", "Skylake"},
    {6, 0x55, 0x55, 5, WITH_CASCADE_LAKE, "Cascade Lake", "Cascade Lake"},
    {6, 0x55, 0x55, 10, WITH_COOPER_LAKE, "Cooper Lake", "Cooper Lake"},
    {6, 0x8e, 0x8e, 0, NO_AVX512, "Kaby Lake", "Kaby Lake"},
    {6, 0x9e, 0x9e, 0, NO_AVX512, "Coffee Lake", "Coffee Lake"},
    {6, 0xa5, 0xa6, 0, NO_AVX512, "Comet Lake", "Comet Lake"},
    {6, 0x6a, 0x6c, 0, WITH_ICE_LAKE, "Ice Lake", "Ice Lake"},
    {6, 0x7d, 0x7e, 0, WITH_ICE_LAKE, "Ice Lake client", "Ice Lake client"},
    {6, 0x8c, 0x8d, 0, WITH_ICE_LAKE, "Tiger Lake", "Tiger Lake"},
    {6, 0xa7, 0xa7, 0, WITH_ICE_LAKE, "Rocket Lake", "Rocket Lake"},
    {6, 0x97, 0x97, 0, WITH_ALDER_LAKE, "Alder Lake", "Alder Lake"},
    {6, 0x9a, 0x9a, 0, WITH_ALDER_LAKE, "Alder Lake", "Alder Lake"},
    {6, 0xb7, 0xb7, 0, WITH_RAPTOR_LAKE, "Raptor Lake", "Raptor Lake"},
    {6, 0xba, 0xba, 0, WITH_RAPTOR_LAKE, "Raptor Lake", "Raptor Lake"},
    {6, 0xbf, 0xbf, 0, WITH_RAPTOR_LAKE, "Raptor Lake", "Raptor Lake"},
    {6, 0xaa, 0xac, 0, WITH_RAPTOR_LAKE, "Meteor Lake", "Meteor Lake"},
    {6, 0xbd, 0xbd, 0, WITH_RAPTOR_LAKE, "Lunar Lake", "Lunar Lake"},
    {6, 0xc5, 0xc6, 0, WITH_RAPTOR_LAKE, "Arrow Lake", "Arrow Lake"},
    {6, 0x8f, 0x8f, 0, WITH_SAPPHIRE_RAPIDS, "Sapphire Rapids", "Sapphire Rapids"},
    {6, 0xcf, 0xcf, 0, WITH_SAPPHIRE_RAPIDS, "Emerald Rapids", "Emerald Rapids"},
    {6, 0xad, 0xae, 0, WITH_SAPPHIRE_RAPIDS, "Granite Rapids", "Granite Rapids"},
    {6, 0xaf, 0xaf, 0, WITH_RAPTOR_LAKE, "Sierra Forest", "Sierra Forest"},
};

static const struct design arm_designs[] = {
    {8, 0xd03, 0xd03, 0, NO_AVX512, "Cortex-A53", "Cortex-A53"},
    {8, 0xd08, 0xd08, 0, NO_AVX512, "Cortex-A72", "Cortex-A72"},
    {8, 0xd0b, 0xd0b, 0, NO_AVX512, "Cortex-A76", "Cortex-A76"},
    {8, 0xd0c, 0xd0c, 0, NO_AVX512, "Neoverse N1", "Neoverse N1"},
    {8, 0xd40, 0xd40, 0, NO_AVX512, "Neoverse V1", "Neoverse V1"},
    {8, 0xd42, 0xd42, 0, NO_AVX512, "Cortex-A78AE", "Cortex-A78AE"},
    {8, 0xd49, 0xd49, 0, NO_AVX512, "Neoverse N2", "Neoverse N2"},
    {8, 0xd4f, 0xd4f, 0, NO_AVX512, "Neoverse V2", "Neoverse V2"},
};

/* The designs that features lead to where the numbers cannot be right, each maker's oldest first.
 */
static const struct design amd_by_features[] = {
    {.features = WITH_ZEN_4, .server = "EPYC 4th Gen", .client = "Zen 4"},
    {.features = WITH_ZEN_5, .server = "EPYC 5th Gen", .client = "Zen 5"},
};

static const struct design intel_by_features[] = {
    {.features = WITH_SKYLAKE, .server = "Skylake", .client = "Skylake"},
    {.features = WITH_CASCADE_LAKE, .server = "Cascade Lake", .client = "Cascade Lake"},
    {.features = WITH_COOPER_LAKE, .server = "Cooper Lake", .client = "Cooper Lake"},
    {.features = WITH_ICE_LAKE, .server = "Ice Lake", .client = "Ice Lake"},
    {.features = WITH_RAPTOR_LAKE, .server = "Sierra Forest", .client = "Alder Lake"},
    {.features = WITH_SAPPHIRE_RAPIDS, .server = "Sapphire Rapids", .client = "Sapphire Rapids"},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
static const struct vendor {
    const char *name;
    const struct design *designs, *by_features;
    size_t n_designs, n_by_features;
} vendors[] = {
    {"AuthenticAMD", amd_designs, amd_by_features, LENGTH(amd_designs), LENGTH(amd_by_features)},
    {"GenuineIntel", intel_designs, intel_by_features, LENGTH(intel_designs),
     LENGTH(intel_by_features)},
    {"0x41", arm_designs, NULL, LENGTH(arm_designs), 0},
};

static const struct vendor *find_vendor(const struct miev_cpu_id *id)
{
    for (size_t v = 0; v < LENGTH(vendors); v++)
        if (strcmp(vendors[v].name, id->vendor) == 0)
            return &vendors[v];
    return NULL;
}

static bool fits(const struct design *design, const struct miev_cpu_id *id)
{
    return design->family == id->family && id->model >= design->model_from &&
           id->model <= design->model_to && id->stepping >= design->stepping_from;
}

static bool has_all(const struct design *design, unsigned features)
{
    return (features & ~design->features) == 0;
}

static const struct design *find_by_number(const struct vendor *vendor,
                                           const struct miev_cpu_id *id)
{
    const struct design *found = NULL;
    for (size_t i = 0; vendor && i < vendor->n_designs; i++)
        if (fits(&vendor->designs[i], id))
            found = &vendor->designs[i];
    return found;
}

static const char *name_of(const struct design *design, const char *cpu_name)
{
    bool server = strcasestr(cpu_name, "epyc") != NULL || strcasestr(cpu_name, "xeon") != NULL;
    if (!design)
        return "";
    return server ? design->server : design->client;
}

const char *miev_microarch_by_number(const struct miev_cpu_id *id, const char *name)
{
    return name_of(find_by_number(find_vendor(id), id), name);
}

const char *miev_microarch_name(const struct miev_cpu_id *id, const char *name)
{
    const struct vendor *vendor = find_vendor(id);
    const struct design *design = find_by_number(vendor, id);
    if (!design || has_all(design, id->features))
        return name_of(design, name);
    for (size_t i = 0; i < vendor->n_by_features; i++)
        if (has_all(&vendor->by_features[i], id->features))
            return name_of(&vendor->by_features[i], name);
    return "";
}
