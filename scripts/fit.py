# SPDX-License-Identifier: Apache-2.0
"""The fit of servers' watts: ridge regression on logarithms, one for each of rest and full load and
for each of four states of knowledge; intervals from folds grouped by CPU model. docs/method-energy.md
gives the equation and the figures."""

import collections
import hashlib
import math

from estimate import CAP, median, quantile

LEVELS = {  # name: (uses the rating, uses the design)
    "rating and design": (True, True),
    "design": (False, True),
    "rating": (True, False),
    "neither": (False, False),
}
# A design that no table knows came after the tables: results from this year on stand for it. Older
# servers took twice as much at rest, and all their designs are known.
STRANGERS_SINCE = 2016
SHRINKAGE = 1.0  # results that a design's own term must outweigh
INNER_FOLDS = 10
# Above 90 %, because a quantile of few hundred residuals is itself uncertain. More where less is
# known: names that no table knows are of odder servers than those that the residuals come from.
INSIDE = {"rating and design": 0.93, "design": 0.97, "rating": 0.97, "neither": 0.97}


def fold_of(row, folds):
    """All results of one CPU model are in one fold; the same on every machine."""
    digest = hashlib.sha256(row["cpu"].encode()).digest()
    return int.from_bytes(digest[:8], "big") % folds


def solve(matrix, right):
    """Gaussian elimination with pivots."""
    n = len(right)
    rows = [matrix[i][:] + [right[i]] for i in range(n)]
    for i in range(n):
        best = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[best] = rows[best], rows[i]
        for k in range(i + 1, n):
            factor = rows[k][i] / rows[i][i]
            if factor:
                rows[k] = [a - factor * b for a, b in zip(rows[k], rows[i])]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][j] * x[j] for j in range(i + 1, n))) / rows[i][i]
    return x


def terms_of(row, level):
    """As wall_power() of src/sensor/server_power.c sums them."""
    rated, designed = LEVELS[level]
    sockets, cores = row["sockets"], row["cores"]
    terms = {"constant": 1.0, "ln sockets": math.log(sockets),
             "ln cores per socket": math.log(cores / sockets), "one socket": float(sockets == 1)}
    if row["memory_gib"] > 0:
        terms["ln GiB per core"] = math.log(row["memory_gib"] / cores)
    else:
        terms["memory not known"] = 1.0
    if rated:
        terms["ln rating"] = math.log(row["rating_w"])
    if designed:
        terms["design " + row["design"]] = 1.0
    return terms


def is_recent(row):
    return int(row["year"] or 0) >= STRANGERS_SINCE


def usable(row, level):
    rated, designed = LEVELS[level]
    return (not rated or row["rating_w"] > 0) and (row["design"] != "" if designed else is_recent(row))


def regress(rows, watts, level):
    """Coefficients by name of term."""
    names = sorted({name for row in rows for name in terms_of(row, level)})
    index = {name: i for i, name in enumerate(names)}
    matrix = [[0.0] * len(names) for _ in names]
    right = [0.0] * len(names)
    for row in rows:
        terms = [(index[name], value) for name, value in terms_of(row, level).items()]
        for i, a in terms:
            right[i] += a * math.log(row[f"{watts}_w"])
            for j, b in terms:
                matrix[i][j] += a * b
    for name, i in index.items():
        matrix[i][i] += SHRINKAGE if name.startswith("design ") else 1e-6
    return dict(zip(names, solve(matrix, right)))


def predict(coefficients, row, level):
    return sum(coefficients.get(name, 0.0) * value for name, value in terms_of(row, level).items())


def residuals(rows, watts, level):
    """Logarithms of published over estimated watts, of servers that the fit never saw. A level
    without designs is asked about designs that it never saw."""
    group = (lambda row: fold_of(row, INNER_FOLDS)) if LEVELS[level][1] else \
        (lambda row: row["design"])
    found = []
    for fold in sorted({group(row) for row in rows}):
        seen = [row for row in rows if group(row) != fold]
        coefficients = regress(seen, watts, level)
        found += [math.log(row[f"{watts}_w"]) - predict(coefficients, row, level)
                  for row in rows if group(row) == fold]
    return found


def interval(found, inside, cap):
    """Of all intervals that hold so many of the residuals the narrowest, held to the cap."""
    found = sorted(found)
    held = math.ceil(inside * len(found))
    low, high = min(((found[i], found[i + held - 1]) for i in range(len(found) - held + 1)),
                    key=lambda pair: pair[1] - pair[0])
    too_wide = (high - low) - math.log(0.999 * cap)  # the table rounds
    if too_wide > 0:
        low, high = low + too_wide / 2, high - too_wide / 2
    return math.exp(min(low, 0)), math.exp(max(high, 0))


def memory_slope(rows, watts):
    """W per GiB between servers of the same CPU, sockets and cores: least squares within groups."""
    groups = collections.defaultdict(list)
    for row in rows:
        if row["memory_gib"] > 0 and row["sockets"] <= 4 and int(row["year"]) >= 2012:
            groups[(row["cpu"], row["sockets"], row["cores"])].append(row)
    products = squares = 0.0
    for group in groups.values():
        gib = sum(row["memory_gib"] for row in group) / len(group)
        mean_w = sum(row[f"{watts}_w"] for row in group) / len(group)
        for row in group:
            products += (row["memory_gib"] - gib) * (row[f"{watts}_w"] - mean_w)
            squares += (row["memory_gib"] - gib) ** 2
    return products / squares if squares else 0.0


def shares(rows, watts):
    """Median shares of the wall power of recent servers of one or two sockets that go with the rating of
    their processors and with their memory: relative least squares of watts over both and a constant."""
    part = [row for row in rows if is_recent(row) and row["rating_w"] > 0 and row["memory_gib"] > 0
            and row["sockets"] <= 2]
    terms = [[value / row[f"{watts}_w"] for value in
              (row["sockets"] * row["rating_w"], row["memory_gib"], 1.0)] for row in part]
    matrix = [[sum(t[i] * t[j] for t in terms) for j in range(3)] for i in range(3)]
    slopes = solve(matrix, [sum(t[i] for t in terms) for i in range(3)])
    return [median([slope * t[i] for t in terms]) for i, slope in enumerate(slopes[:2])]


def usual_servers(rows):
    for design in sorted({row["design"] for row in rows} - {""}):
        own = [row for row in rows if row["design"] == design]
        with_memory = [row for row in own if row["memory_gib"] > 0]
        threads = 2 if median([row["threads"] / row["cores"] for row in own]) >= 2 else 1
        yield design, "sockets", min(2, int(median([r["sockets"] for r in own])))
        yield design, "cores_per_socket", int(median([r["cores"] / r["sockets"] for r in own]))
        yield design, "threads_per_core", threads
        yield design, "gib_per_core", round(
            median([r["memory_gib"] / r["cores"] for r in with_memory] or [2.0]), 3)


def table_of(rows):
    """The text of data/server_power.csv."""
    lines = ["# Wall power of servers: coefficients of a fit, see SOURCES.md and docs/method-energy.md.",
             "# Made by scripts/fit-estimate; ln watts is the sum of term x value, watts x low and",
             "# watts x high are the 90 % interval.", "watts,known,term,value"]
    for watts in ("idle", "full"):
        for level in LEVELS:
            part = [row for row in rows if usable(row, level)]
            low, high = interval(residuals(part, watts, level), INSIDE[level], CAP[watts])
            for name, value in sorted(regress(part, watts, level).items()):
                lines.append(f"{watts},{level},{name},{value:.5f}")
            lines += [f"{watts},{level},low,{low:.4f}", f"{watts},{level},high,{high:.4f}"]
    lines += [f"usual,{design},{name},{value}" for design, name, value in usual_servers(rows)]
    return "\n".join(lines) + "\n"
