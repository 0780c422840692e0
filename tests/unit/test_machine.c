/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/machine.h"

#include "machine_fixture.h"
#include "test.h"

static struct miev_machine read_fixture(struct fixture *fixture)
{
    struct miev_machine machine;
    miev_machine_read(&fixture->env, &machine);
    return machine;
}

static void test_a_guest_is_known_by_its_numbers_when_it_hides_its_name(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open("vm-epyc-milan");
    struct miev_machine machine = read_fixture(fixture);
    assert_string_equal(machine.cpu_name, "AMD EPYC");
    assert_string_equal(machine.microarchitecture, "EPYC 3rd Gen");
    assert_true(machine.virtual_machine);
    assert_string_equal(machine.hypervisor, "KVM");
    assert_int_equal(machine.logical_cpus, 2);
    assert_int_equal(machine.sockets, 1);
    assert_int_equal(machine.memory_bytes, 24684096ull * 1024);
    assert_int_equal(machine.machine_class, MIEV_MACHINE_SERVER);
    assert_string_equal(machine.kernel, "Linux version 6.18.44");
    fixture_close(fixture);
}

static void test_an_empty_machine_has_one_cpu_of_no_name(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open(NULL);
    struct miev_machine machine = read_fixture(fixture);
    assert_string_equal(machine.cpu_name, "");
    assert_int_equal(machine.logical_cpus, 1);
    assert_int_equal(machine.sockets, 1);
    assert_int_equal(machine.memory_bytes, 0);
    assert_false(machine.virtual_machine);
    assert_int_equal(machine.machine_class, MIEV_MACHINE_UNKNOWN);
    fixture_close(fixture);
}

static void test_sockets_are_counted_by_the_ids_that_occur(void **state)
{
    (void)state;
    struct miev_machine machine = {.logical_cpus = 0};
    miev_machine_parse_cpuinfo("processor : 0\nphysical id : 0\ncpu cores : 8\n\n"
                               "processor : 1\nphysical id : 3\ncpu cores : 8\n\n"
                               "processor : 2\nphysical id : 3\ncpu cores : 8\n",
                               &machine);
    assert_int_equal(machine.sockets, 2);
    assert_int_equal(machine.cores, 16);
    assert_int_equal(machine.logical_cpus, 3);
}

static void test_the_stepping_tells_designs_of_one_model_apart(void **state)
{
    (void)state;
    struct miev_cpu_id id = {.vendor = "GenuineIntel", .family = 6, .model = 85, .stepping = 4};
    assert_string_equal(miev_microarch_name(&id, "Intel(R) Xeon(R) Gold 6148"), "Skylake");
    id.stepping = 7;
    assert_string_equal(miev_microarch_name(&id, "Intel(R) Xeon(R) Gold 6248"), "Cascade Lake");
    id.stepping = 11;
    assert_string_equal(miev_microarch_name(&id, ""), "Cooper Lake");
    id.family = 15;
    assert_string_equal(miev_microarch_name(&id, ""), "");
}

static void test_flags_go_before_a_number_that_cannot_have_them(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open("vm-wrong-number");
    struct miev_machine machine = read_fixture(fixture);
    assert_int_equal(machine.cpu.model, 167);
    assert_string_equal(machine.microarchitecture, "Sapphire Rapids");
    assert_string_equal(machine.disbelieved, "Rocket Lake");
    fixture_close(fixture);
    fixture = fixture_open("vm-epyc-milan");
    assert_string_equal(read_fixture(fixture).disbelieved, "");
    fixture_close(fixture);
}

static void test_flags_lead_to_the_oldest_design_that_has_them(void **state)
{
    (void)state;
    enum {
        F = MIEV_CPU_AVX512,
        VNNI = MIEV_CPU_AVX512_VNNI,
        VBMI2 = MIEV_CPU_AVX512_VBMI2,
        BF16 = MIEV_CPU_AVX512_BF16,
    };
    static const struct {
        const char *vendor;
        int family, model;
        unsigned features;
        const char *name, *want;
    } cases[] = {
        {"GenuineIntel", 6, 0x3f, 0, "Xeon", "Haswell"},
        {"GenuineIntel", 6, 0x3f, F, "Xeon", "Skylake"},
        {"GenuineIntel", 6, 0x3f, F | VNNI, "Xeon", "Cascade Lake"},
        {"GenuineIntel", 6, 0x3f, F | VNNI | BF16, "Xeon", "Cooper Lake"},
        {"GenuineIntel", 6, 0x3f, F | VNNI | VBMI2, "Xeon", "Ice Lake"},
        {"GenuineIntel", 6, 0x3f, MIEV_CPU_AVX_VNNI, "Xeon", "Sierra Forest"},
        {"GenuineIntel", 6, 0x3f, MIEV_CPU_AVX_VNNI, "Core", "Alder Lake"},
        {"GenuineIntel", 6, 0xa7, F | VNNI | VBMI2, "Xeon", "Rocket Lake"}, /* it has them */
        {"GenuineIntel", 6, 0xa7, MIEV_CPU_AMX, "Xeon", "Sapphire Rapids"}, /* the rest hidden */
        {"GenuineIntel", 6, 0xcf, MIEV_CPU_AMX, "Xeon", "Emerald Rapids"},
        {"GenuineIntel", 6, 0xff, MIEV_CPU_AMX, "Xeon", ""}, /* newer than any table */
        {"AuthenticAMD", 0x19, 0x01, F, "EPYC", "EPYC 4th Gen"},
        {"AuthenticAMD", 0x19, 0x11, F | MIEV_CPU_AVX_VNNI, "EPYC", "EPYC 5th Gen"},
        {"AuthenticAMD", 0x19, 0x01, MIEV_CPU_AMX, "EPYC", ""}, /* no design of that maker */
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct miev_cpu_id id = {
            .family = cases[i].family, .model = cases[i].model, .features = cases[i].features};
        (void)snprintf(id.vendor, sizeof(id.vendor), "%s", cases[i].vendor);
        assert_string_equal(miev_microarch_name(&id, cases[i].name), cases[i].want);
    }
}

static void test_a_desktop_part_is_not_called_a_server(void **state)
{
    (void)state;
    struct miev_cpu_id id = {.vendor = "AuthenticAMD", .family = 0x19, .model = 0x21};
    assert_string_equal(miev_microarch_name(&id, "AMD Ryzen 7 5800X 8-Core Processor"), "Zen 3");
    id = (struct miev_cpu_id){.vendor = "0x41", .family = 8, .model = 0xd0c};
    assert_string_equal(miev_microarch_name(&id, ""), "Neoverse N1");
}

static void test_a_chassis_or_a_battery_makes_a_laptop(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open(NULL);
    fixture_write(fixture, "/sys/class/power_supply/BAT0/type", "Battery\n");
    assert_int_equal(read_fixture(fixture).machine_class, MIEV_MACHINE_LAPTOP);
    fixture_write(fixture, "/sys/class/dmi/id/chassis_type", "3\n"); /* a desktop with a UPS */
    assert_int_equal(read_fixture(fixture).machine_class, MIEV_MACHINE_DESKTOP);
    fixture_write(fixture, "/sys/class/dmi/id/chassis_type", "10\n");
    assert_string_equal(miev_machine_class_name(read_fixture(fixture).machine_class), "laptop");
    fixture_close(fixture);
}

static void test_bare_metal_of_a_cloud_is_no_virtual_machine(void **state)
{
    (void)state;
    struct fixture *fixture = fixture_open(NULL);
    fixture_write(fixture, "/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
    fixture_write(fixture, "/sys/class/dmi/id/product_name", "c5.metal\n");
    fixture_write(fixture, "/proc/cpuinfo", "processor : 0\nflags : fpu vme\n");
    assert_false(read_fixture(fixture).virtual_machine);
    fixture_write(fixture, "/proc/cpuinfo", "processor : 0\nflags : fpu hypervisor vme\n");
    assert_true(read_fixture(fixture).virtual_machine);
    assert_string_equal(read_fixture(fixture).hypervisor, "KVM");
    fixture_close(fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_guest_is_known_by_its_numbers_when_it_hides_its_name),
        cmocka_unit_test(test_an_empty_machine_has_one_cpu_of_no_name),
        cmocka_unit_test(test_sockets_are_counted_by_the_ids_that_occur),
        cmocka_unit_test(test_the_stepping_tells_designs_of_one_model_apart),
        cmocka_unit_test(test_flags_go_before_a_number_that_cannot_have_them),
        cmocka_unit_test(test_flags_lead_to_the_oldest_design_that_has_them),
        cmocka_unit_test(test_a_desktop_part_is_not_called_a_server),
        cmocka_unit_test(test_a_chassis_or_a_battery_makes_a_laptop),
        cmocka_unit_test(test_bare_metal_of_a_cloud_is_no_virtual_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
