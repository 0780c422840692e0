/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/profile.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/csv.h"
#include "core/error.h"
#include "core/file.h"
#include "core/text.h"

#define FOLDER    "/miev"
#define FILE_NAME "/machine.csv"
#define MAX_BYTES 8192u
#define MAX_W     100000.0

/* The kernel keeps a little more or less for itself from one version to the next. */
#define MEMORY_TOLERANCE 0.05

static const char header[] = "version,cpu_name,logical_cpus,memory_bytes,covers,sensor,date,idle_w,"
                             "idle_low_w,idle_high_w,busy_w_per_cpu,busy_low_w_per_cpu,"
                             "busy_high_w_per_cpu";

void miev_profile_own(struct miev_profile *profile, const struct miev_machine *machine)
{
    miev_text_show(profile->cpu_name, sizeof(profile->cpu_name), machine->cpu_name);
    profile->logical_cpus = machine->logical_cpus;
    profile->memory_bytes = machine->memory_bytes;
}

int miev_profile_path(const struct miev_env *env, char out[MIEV_PROFILE_PATH_MAX],
                      struct miev_error *err)
{
    const char *data = miev_env_variable(env, "XDG_DATA_HOME");
    const char *home = miev_env_variable(env, "HOME");
    int n = -1;
    if (data && data[0] == '/')
        n = snprintf(out, MIEV_PROFILE_PATH_MAX, "%s" FOLDER FILE_NAME, data);
    else if (home && home[0] == '/')
        n = snprintf(out, MIEV_PROFILE_PATH_MAX, "%s/.local/share" FOLDER FILE_NAME, home);
    else
        return miev_error_set(err, MIEV_ERR_UNAVAILABLE,
                              "neither XDG_DATA_HOME nor HOME names a folder for the profile");
    if (n < 0 || n >= MIEV_PROFILE_PATH_MAX)
        return miev_error_set(err, MIEV_ERR_LIMIT, "the name of the data folder is too long");
    return MIEV_OK;
}

/* ---- reading ---- */

static int broken(const char *field, struct miev_error *err)
{
    return miev_error_set(err, MIEV_ERR_BROKEN, "its field %s makes no sense", field);
}

static bool take_fit(const struct miev_csv_row *row, size_t first, struct miev_fit *out)
{
    double values[3];
    for (size_t i = 0; i < 3; i++)
        if (miev_parse_double(miev_csv_field(row, first + i), &values[i], NULL) != MIEV_OK ||
            values[i] < 0.0 || values[i] > MAX_W)
            return false;
    *out = (struct miev_fit){values[0], values[1], values[2]};
    return out->value > 0.0 && out->low <= out->value && out->value <= out->high;
}

static int take_row(const struct miev_csv_row *row, struct miev_profile *out,
                    struct miev_error *err)
{
    uint64_t cpus = 0;
    if (strcmp(miev_csv_field(row, 0), "1") != 0)
        return broken("version", err);
    (void)snprintf(out->cpu_name, sizeof(out->cpu_name), "%s", miev_csv_field(row, 1));
    if (miev_parse_u64(miev_csv_field(row, 2), &cpus, NULL) != MIEV_OK || cpus == 0 || cpus > 65536)
        return broken("logical_cpus", err);
    out->logical_cpus = (unsigned)cpus;
    if (miev_parse_u64(miev_csv_field(row, 3), &out->memory_bytes, NULL) != MIEV_OK)
        return broken("memory_bytes", err);
    const char *covers = miev_csv_field(row, 4);
    if (strcmp(covers, "machine") != 0 && strcmp(covers, "cpu") != 0)
        return broken("covers", err);
    out->covers = covers[0] == 'm' ? MIEV_PART_MACHINE : MIEV_PART_CPU;
    (void)snprintf(out->sensor, sizeof(out->sensor), "%s", miev_csv_field(row, 5));
    (void)snprintf(out->date, sizeof(out->date), "%s", miev_csv_field(row, 6));
    if (!take_fit(row, 7, &out->idle_w))
        return broken("idle_w or its bounds", err);
    if (!take_fit(row, 10, &out->busy_w_per_cpu))
        return broken("busy_w_per_cpu or its bounds", err);
    return MIEV_OK;
}

int miev_profile_parse(const char *text, struct miev_profile *out, struct miev_error *err)
{
    struct miev_csv_row row;
    struct miev_profile profile = {.logical_cpus = 0};
    if (!miev_csv_next(&text, &row) || strcmp(miev_csv_field(&row, 0), "version") != 0 ||
        !miev_csv_next(&text, &row))
        return miev_error_set(err, MIEV_ERR_BROKEN, "it is no profile of a machine");
    int rc = take_row(&row, &profile, err);
    if (rc == MIEV_OK)
        *out = profile;
    return rc;
}

static bool is_of(const struct miev_profile *profile, const struct miev_machine *machine)
{
    struct miev_profile own = {.logical_cpus = 0};
    miev_profile_own(&own, machine);
    double difference = (double)profile->memory_bytes - (double)own.memory_bytes;
    return strcmp(profile->cpu_name, own.cpu_name) == 0 &&
           profile->logical_cpus == own.logical_cpus &&
           fabs(difference) <= MEMORY_TOLERANCE * (double)own.memory_bytes;
}

int miev_profile_load(const struct miev_env *env, const struct miev_machine *machine,
                      struct miev_profile *out, struct miev_error *err)
{
    char path[MIEV_PROFILE_PATH_MAX];
    char *text = NULL;
    size_t length = 0;
    struct miev_profile profile;
    int rc = miev_profile_path(env, path, err);
    if (rc == MIEV_OK)
        rc = miev_file_load(path, MAX_BYTES, &text, &length, err);
    if (rc != MIEV_OK)
        return rc;
    rc = miev_profile_parse(text, &profile, err);
    free(text);
    if (rc != MIEV_OK) {
        (void)miev_error_prefix(err, "%.200s is not used (miev calibrate --forget removes it)",
                                path);
        return rc;
    }
    if (!is_of(&profile, machine))
        return miev_error_set(
            err, MIEV_ERR_UNSUPPORTED,
            "%.200s is of another machine (%s, %u CPUs, %.1f GiB) and is not used: "
            "miev calibrate makes one of this machine",
            path, profile.cpu_name, profile.logical_cpus,
            (double)profile.memory_bytes / (1024.0 * 1024.0 * 1024.0));
    *out = profile;
    return MIEV_OK;
}

/* ---- writing ---- */

static int make_folders(char *path, struct miev_error *err)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int rc = mkdir(path, 0777) == 0 || errno == EEXIST
                     ? MIEV_OK
                     : miev_error_errno(err, "cannot make the folder %s", path);
        *slash = '/';
        if (rc != MIEV_OK)
            return rc;
    }
    return MIEV_OK;
}

/* Quotes are doubled, as a CSV wants them. */
static void write_quoted(FILE *file, const char *text)
{
    (void)fputc('"', file);
    for (; *text != '\0'; text++) {
        if (*text == '"')
            (void)fputc('"', file);
        (void)fputc(*text, file);
    }
    (void)fputc('"', file);
}

static bool write_profile(FILE *file, const struct miev_profile *profile)
{
    const struct miev_fit *idle = &profile->idle_w, *busy = &profile->busy_w_per_cpu;
    (void)fprintf(file, "# made by miev calibrate; it holds for this machine alone\n%s\n1,",
                  header);
    write_quoted(file, profile->cpu_name);
    (void)fprintf(file, ",%u,%llu,%s,%s,%s,%.17g,%.17g,%.17g,%.17g,%.17g,%.17g\n",
                  profile->logical_cpus, (unsigned long long)profile->memory_bytes,
                  miev_part_name(profile->covers), profile->sensor, profile->date, idle->value,
                  idle->low, idle->high, busy->value, busy->low, busy->high);
    bool good = ferror(file) == 0;
    return fclose(file) == 0 && good;
}

int miev_profile_save(const struct miev_env *env, const struct miev_profile *profile,
                      struct miev_error *err)
{
    char path[MIEV_PROFILE_PATH_MAX], fresh[MIEV_PROFILE_PATH_MAX + 8];
    int rc = miev_profile_path(env, path, err);
    if (rc == MIEV_OK)
        rc = make_folders(path, err);
    if (rc != MIEV_OK)
        return rc;
    (void)snprintf(fresh, sizeof(fresh), "%s.new", path);
    FILE *file = fopen(fresh, "we");
    if (!file)
        return miev_error_errno(err, "cannot write %s", fresh);
    if (!write_profile(file, profile) || rename(fresh, path) != 0) {
        rc = miev_error_errno(err, "cannot write %s", path);
        (void)unlink(fresh);
    }
    return rc;
}

int miev_profile_forget(const struct miev_env *env, struct miev_error *err)
{
    char path[MIEV_PROFILE_PATH_MAX];
    int rc = miev_profile_path(env, path, err);
    if (rc == MIEV_OK && unlink(path) != 0)
        rc = miev_error_errno(err, "cannot remove %s", path);
    return rc;
}
