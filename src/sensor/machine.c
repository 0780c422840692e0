/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/machine.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/file.h"

/* 768 logical CPUs with 1.6 kB of flags each, twice over. Untouched memory costs nothing. */
#define CPUINFO_MAX_BYTES (4u << 20)
#define MAX_SOCKETS       64

/* ---- /proc/cpuinfo ---- */

struct cpuinfo_line {
    char key[32];
    char value[128]; /* the first characters of it */
    const char *whole_value;
    size_t whole_length;
};

static void trim_copy(char *out, size_t capacity, const char *from, size_t length)
{
    while (length > 0 && strchr(" \t\r", from[0])) {
        from++;
        length--;
    }
    while (length > 0 && strchr(" \t\r", from[length - 1]))
        length--;
    if (length >= capacity)
        length = capacity - 1;
    memcpy(out, from, length);
    out[length] = '\0';
}

/* "model name\t: AMD EPYC"; false for a line without a colon. */
static bool split_line(const char *line, size_t length, struct cpuinfo_line *out)
{
    const char *colon = memchr(line, ':', length);
    if (!colon)
        return false;
    trim_copy(out->key, sizeof(out->key), line, (size_t)(colon - line));
    out->whole_value = colon + 1;
    out->whole_length = length - (size_t)(colon + 1 - line);
    trim_copy(out->value, sizeof(out->value), out->whole_value, out->whole_length);
    return true;
}

static bool has_word(const char *text, size_t length, const char *word)
{
    size_t word_length = strlen(word);
    const char *end = text + length;
    for (const char *at = text; at < end; at++) {
        const char *stop = memchr(at, ' ', (size_t)(end - at));
        if (!stop)
            stop = end;
        if ((size_t)(stop - at) == word_length && memcmp(at, word, word_length) == 0)
            return true;
        at = stop;
    }
    return false;
}

static int small_number(const char *text)
{
    long value = strtol(text, NULL, 0); /* Arm writes 0xd0c */
    return value < 0 || value > 0xffff ? 0 : (int)value;
}

static void copy_text(char *out, size_t capacity, const char *text)
{
    (void)snprintf(out, capacity, "%s", text);
}

static void take_flags(const struct cpuinfo_line *line, struct miev_machine *out)
{
    const char *flag;
    out->virtual_machine = has_word(line->whole_value, line->whole_length, "hypervisor");
    out->cpu.features = 0;
    for (size_t i = 0; miev_cpu_feature_at(i, &flag) != 0; i++)
        if (has_word(line->whole_value, line->whole_length, flag))
            out->cpu.features |= miev_cpu_feature_at(i, &flag);
}

static void take_identity(const struct cpuinfo_line *line, struct miev_machine *out)
{
    struct miev_cpu_id *cpu = &out->cpu;
    if (strcmp(line->key, "model name") == 0 && out->cpu_name[0] == '\0')
        copy_text(out->cpu_name, sizeof(out->cpu_name), line->value);
    else if (strcmp(line->key, "vendor_id") == 0 || strcmp(line->key, "CPU implementer") == 0)
        (void)snprintf(cpu->vendor, sizeof(cpu->vendor), "%.31s", line->value);
    else if (strcmp(line->key, "cpu family") == 0 || strcmp(line->key, "CPU architecture") == 0)
        cpu->family = small_number(line->value);
    else if (strcmp(line->key, "model") == 0 || strcmp(line->key, "CPU part") == 0)
        cpu->model = small_number(line->value);
    else if (strcmp(line->key, "stepping") == 0 || strcmp(line->key, "CPU revision") == 0)
        cpu->stepping = small_number(line->value);
    else if (strcmp(line->key, "flags") == 0)
        take_flags(line, out);
}

/* Sockets are counted by the physical ids that occur, not by the highest of them. */
struct topology {
    bool seen[MAX_SOCKETS];
    unsigned sockets, cores_per_socket, logical_cpus;
};

static void take_topology(const struct cpuinfo_line *line, struct topology *topology)
{
    if (strcmp(line->key, "processor") == 0)
        topology->logical_cpus++;
    else if (strcmp(line->key, "cpu cores") == 0)
        topology->cores_per_socket = (unsigned)small_number(line->value);
    else if (strcmp(line->key, "physical id") == 0) {
        int id = small_number(line->value);
        if (id < MAX_SOCKETS && !topology->seen[id]) {
            topology->seen[id] = true;
            topology->sockets++;
        }
    }
}

void miev_machine_parse_cpuinfo(const char *text, struct miev_machine *out)
{
    struct topology topology = {.logical_cpus = 0};
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        struct cpuinfo_line line;
        if (split_line(text, length, &line)) {
            take_identity(&line, out);
            take_topology(&line, &topology);
        }
        text += length + (text[length] == '\n' ? 1 : 0);
    }
    out->logical_cpus = topology.logical_cpus > 0 ? topology.logical_cpus : 1;
    out->sockets = topology.sockets > 0 ? topology.sockets : 1;
    out->cores = out->sockets * topology.cores_per_socket;
    const char *design = miev_microarch_name(&out->cpu, out->cpu_name);
    const char *by_number = miev_microarch_by_number(&out->cpu, out->cpu_name);
    copy_text(out->microarchitecture, sizeof(out->microarchitecture), design);
    copy_text(out->disbelieved, sizeof(out->disbelieved),
              strcmp(design, by_number) != 0 ? by_number : "");
}

static void read_cpuinfo(const struct miev_env *env, struct miev_machine *out)
{
    out->logical_cpus = 1;
    out->sockets = 1;
    char *text = malloc(CPUINFO_MAX_BYTES);
    if (!text)
        return;
    if (miev_file_read_text(env, text, CPUINFO_MAX_BYTES, NULL, "/proc/cpuinfo") == MIEV_OK)
        miev_machine_parse_cpuinfo(text, out);
    free(text);
}

/* ---- the rest ---- */

static void read_memory(const struct miev_env *env, struct miev_machine *out)
{
    char text[8192];
    if (miev_file_read_text(env, text, sizeof(text), NULL, "/proc/meminfo") != MIEV_OK)
        return;
    const char *line = strstr(text, "MemTotal:");
    if (line)
        out->memory_bytes = (uint64_t)strtoull(line + strlen("MemTotal:"), NULL, 10) * 1024u;
}

/* A text of at most capacity - 1 characters, "" when the file is not there. */
static void read_short(const struct miev_env *env, char *out, size_t capacity, const char *path)
{
    char text[256];
    out[0] = '\0';
    if (miev_file_read_text(env, text, sizeof(text), NULL, "%s", path) == MIEV_OK)
        trim_copy(out, capacity, text, strlen(text));
}

/* Makers and products that are virtual machines, for those that hide the CPU's own flag, and for
 * its name. Amazon's and Google's bare-metal machines carry the maker's name too, so that only the
 * flag decides there. */
static const struct {
    const char *word;
    const char *hypervisor;
    bool certain;
} hypervisor_words[] = {
    {"Firecracker", "KVM (Firecracker)", true},
    {"KVM", "KVM", true},
    {"QEMU", "KVM", true},
    {"VMware", "VMware", true},
    {"VirtualBox", "VirtualBox", true},
    {"Virtual Machine", "Hyper-V", true},
    {"HVM domU", "Xen", true},
    {"Google Compute Engine", "KVM", false},
    {"Amazon EC2", "KVM", false},
    {"Parallels", "Parallels", true},
    {"kvm-clock", "KVM", true},
    {"hyperv_clocksource", "Hyper-V", true},
    {"xen", "Xen", true},
};

static void read_hypervisor(const struct miev_env *env, struct miev_machine *out)
{
    char clocks[96], words[256];
    read_short(env, clocks, sizeof(clocks),
               "/sys/devices/system/clocksource/clocksource0/available_clocksource");
    (void)snprintf(words, sizeof(words), "%s %s %s", out->vendor, out->product, clocks);
    for (size_t i = 0; i < sizeof(hypervisor_words) / sizeof(hypervisor_words[0]); i++) {
        if (!strstr(words, hypervisor_words[i].word))
            continue;
        if (!out->virtual_machine && !hypervisor_words[i].certain)
            continue;
        out->virtual_machine = true;
        copy_text(out->hypervisor, sizeof(out->hypervisor), hypervisor_words[i].hypervisor);
        return;
    }
}

/* Chassis types of the SMBIOS specification, 7.4.1. */
static enum miev_machine_class class_of_chassis(uint64_t type)
{
    static const unsigned char laptops[] = {8, 9, 10, 11, 14, 30, 31, 32};
    static const unsigned char desktops[] = {3, 4, 5, 6, 7, 13, 15, 16, 34, 35, 36};
    static const unsigned char servers[] = {17, 22, 23, 25, 28, 29};
    if (type < 256 && memchr(laptops, (int)type, sizeof(laptops)))
        return MIEV_MACHINE_LAPTOP;
    if (type < 256 && memchr(desktops, (int)type, sizeof(desktops)))
        return MIEV_MACHINE_DESKTOP;
    if (type < 256 && memchr(servers, (int)type, sizeof(servers)))
        return MIEV_MACHINE_SERVER;
    return MIEV_MACHINE_UNKNOWN;
}

static bool has_battery(const struct miev_env *env)
{
    for (int i = 0; i < 3; i++) {
        char type[32];
        if (miev_file_read_text(env, type, sizeof(type), NULL, "/sys/class/power_supply/BAT%d/type",
                                i) == MIEV_OK)
            return true;
    }
    return false;
}

static enum miev_machine_class guess_class(const struct miev_env *env,
                                           const struct miev_machine *machine)
{
    uint64_t chassis = 0;
    enum miev_machine_class by_chassis = MIEV_MACHINE_UNKNOWN;
    if (machine->virtual_machine)
        return MIEV_MACHINE_SERVER;
    if (miev_file_read_u64(env, &chassis, NULL, "/sys/class/dmi/id/chassis_type") == MIEV_OK)
        by_chassis = class_of_chassis(chassis);
    if (by_chassis != MIEV_MACHINE_UNKNOWN)
        return by_chassis;
    if (has_battery(env))
        return MIEV_MACHINE_LAPTOP;
    bool server_cpu = strcasestr(machine->cpu_name, "xeon") ||
                      strcasestr(machine->cpu_name, "epyc") ||
                      strstr(machine->microarchitecture, "Neoverse");
    return server_cpu ? MIEV_MACHINE_SERVER : MIEV_MACHINE_UNKNOWN;
}

/* "Linux version 6.1.0-18-amd64 (debian-kernel@...) ...": the first three words. */
static void read_kernel(const struct miev_env *env, struct miev_machine *out)
{
    char text[1024];
    if (miev_file_read_text(env, text, sizeof(text), NULL, "/proc/version") != MIEV_OK)
        return;
    size_t length = strcspn(text, "(");
    trim_copy(out->kernel, sizeof(out->kernel), text, length);
}

void miev_machine_read(const struct miev_env *env, struct miev_machine *out)
{
    memset(out, 0, sizeof(*out));
    read_cpuinfo(env, out);
    read_memory(env, out);
    read_short(env, out->vendor, sizeof(out->vendor), "/sys/class/dmi/id/sys_vendor");
    read_short(env, out->product, sizeof(out->product), "/sys/class/dmi/id/product_name");
    if (out->product[0] == '\0') /* Arm boards have no DMI */
        read_short(env, out->product, sizeof(out->product), "/proc/device-tree/model");
    read_hypervisor(env, out);
    out->machine_class = guess_class(env, out);
    read_kernel(env, out);
}

bool miev_machine_is_amd(const struct miev_machine *machine)
{
    return strcmp(machine->cpu.vendor, "AuthenticAMD") == 0 ||
           strcmp(machine->cpu.vendor, "HygonGenuine") == 0;
}
