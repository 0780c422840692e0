/* SPDX-License-Identifier: Apache-2.0 */
/* Each line of data/country_outline.txt is a ring: the country's code, then its first point and the
 * steps to the next ones (east, north), in hundredths of a degree. The lines of a country stand
 * together; a hole is a ring too. */
#include "grid/outline.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data.h"
#include "core/error.h"

#define UNITS_PER_DEGREE 100.0
#define KM_PER_DEGREE    111.2 /* of latitude */
#define NEAR_KM          100.0
#define BORDER_KM        3.0   /* so near, a position may be inside as well */
#define DEGREES_PER_HALF 180.0 /* of a circle */
#define PI               3.14159265358979323846

struct point {
    double east, north;
};

/* The position, and what is known of a country so far. */
struct look {
    struct point at;   /* in the table's units */
    double east_to_km; /* a step east at this latitude */
    double north_to_km;
    bool inside; /* of an odd number of its rings */
    double nearest_km;
    struct point low, high; /* the box around it */
};

static double distance_to_edge_km(const struct look *look, struct point from, struct point to)
{
    double x = (look->at.east - from.east) * look->east_to_km;
    double y = (look->at.north - from.north) * look->north_to_km;
    double dx = (to.east - from.east) * look->east_to_km;
    double dy = (to.north - from.north) * look->north_to_km;
    double length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? fmin(1, fmax(0, (x * dx + y * dy) / length2)) : 0;
    return hypot(x - t * dx, y - t * dy);
}

/* Even-odd rule: does a ray to the east cross this edge? */
static bool crosses(struct point at, struct point from, struct point to)
{
    if ((from.north > at.north) == (to.north > at.north))
        return false;
    double east =
        from.east + (to.east - from.east) * (at.north - from.north) / (to.north - from.north);
    return at.east < east;
}

static bool next_number(const char **cursor, double *out)
{
    char *end;
    if (**cursor != ' ')
        return false;
    *out = (double)strtol(*cursor, &end, 10);
    *cursor = end;
    return true;
}

/* Take the rest of a line. */
static void look_at_ring(struct look *look, const char **cursor)
{
    struct point from = {0, 0}, step;
    bool first = true;
    while (next_number(cursor, &step.east) && next_number(cursor, &step.north)) {
        struct point to = {from.east + step.east, from.north + step.north};
        if (!first) {
            look->inside ^= crosses(look->at, from, to);
            look->nearest_km = fmin(look->nearest_km, distance_to_edge_km(look, from, to));
        }
        look->low = (struct point){fmin(look->low.east, to.east), fmin(look->low.north, to.north)};
        look->high =
            (struct point){fmax(look->high.east, to.east), fmax(look->high.north, to.north)};
        first = false;
        from = to;
    }
}

int miev_position_parse(const char *text, double *lat_deg, double *lon_deg)
{
    char *end;
    double lat = strtod(text, &end);
    if (end == text || *end != ',')
        return 0;
    const char *second = end + 1;
    double lon = strtod(second, &end);
    if (end == second || *end != '\0' || !isfinite(lat) || !isfinite(lon))
        return 0;
    *lat_deg = lat;
    *lon_deg = lon;
    return 1;
}

/* All rings of the country at *cursor, which moves behind them. */
static void look_at_country(struct look *look, const char **cursor)
{
    const char *code = *cursor;
    look->inside = false;
    look->nearest_km = INFINITY;
    look->low = (struct point){INFINITY, INFINITY};
    look->high = (struct point){-INFINITY, -INFINITY};
    while (**cursor != '\0' && strncmp(*cursor, code, 2) == 0) {
        *cursor += 2;
        look_at_ring(look, cursor);
        *cursor += strspn(*cursor, "\n");
    }
}

/* The country that holds the position, else the nearest; of two that overlap because the large one
 * is drawn coarsely (Singapore lies in Malaysia's outline), the smaller. */
static void find_nearest(struct look *look, char best[3])
{
    const char *cursor = miev_data_country_outline;
    double best_km = NEAR_KM, best_size = INFINITY;
    while (*cursor != '\0') {
        const char *code = cursor;
        look_at_country(look, &cursor);
        double km = look->inside || look->nearest_km < BORDER_KM ? 0 : look->nearest_km;
        double size = (look->high.east - look->low.east) * (look->high.north - look->low.north);
        if (km > best_km || (km == best_km && size >= best_size))
            continue;
        best_km = km;
        best_size = size;
        (void)snprintf(best, 3, "%.2s", code);
    }
}

int miev_outline_find(double lat_deg, double lon_deg, char iso2[3], struct miev_error *err)
{
    if (!(fabs(lat_deg) <= 90 && fabs(lon_deg) <= 180))
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "%g, %g is no place on Earth: give the latitude (-90 to 90), a comma "
                              "and the longitude (-180 to 180) in degrees",
                              lat_deg, lon_deg);
    struct look look = {.at = {lon_deg * UNITS_PER_DEGREE, lat_deg * UNITS_PER_DEGREE},
                        .east_to_km =
                            KM_PER_DEGREE / UNITS_PER_DEGREE * cos(lat_deg * PI / DEGREES_PER_HALF),
                        .north_to_km = KM_PER_DEGREE / UNITS_PER_DEGREE};
    char best[3] = "";
    find_nearest(&look, best);
    if (*best == '\0')
        return miev_error_set(err, MIEV_ERR_INVALID,
                              "no country is within %.0f km of %g, %g: name the country", NEAR_KM,
                              lat_deg, lon_deg);
    (void)snprintf(iso2, 3, "%s", best);
    return MIEV_OK;
}
