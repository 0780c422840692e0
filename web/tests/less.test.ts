// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlternativeItem, AlternativeKind, AlternativeReason, HourKind } from "../src/api/alternatives_types";
import { chartsEn } from "../src/messages/charts.en";
import { en } from "../src/messages/en";
import { ko } from "../src/messages/ko";
import { hoursSummary, hoursTable, leastHour } from "../src/charts/hours";
import { hourTime, hourWord, sameHour } from "../src/state/hours";
import {
  accuracyWords, isRegion, latencyWords, reasonWords, savedWords, sweepCommand, verdictWords, waitWords, yearWords,
} from "../src/state/less";
import { NO_WISH, tidy, wishQuery } from "../src/state/wish";

const item = (part: Partial<AlternativeItem>): AlternativeItem => ({ what: "a", ratio: 0.5, saved_year_g: null, ...part });

const hour = (at: number, grams: number) => ({ at_unix_s: at, span_s: 1800, intensity_g_per_kwh: grams, ratio: grams / 200, estimated: false });
const forecast = (...grams: number[]): HourKind => ({ kind: "hour", basis: null, reason: null, why: null, items: [], source: "S",
  mean_g_per_kwh: 200, hours: grams.map((g, i) => hour(1800 * i, g)) });

test("an entry tells its price, and what is not known is not told as none", () => {
  assert.deepEqual(latencyWords(item({ p99_s: 0.004, p99_difference_s: -0.006 }), en), ["4.00\u00a0ms", "6.00\u00a0ms shorter than now"]);
  assert.deepEqual(latencyWords(item({ p99_s: null }), en), ["–", null]);
  assert.equal(accuracyWords(item({ top1_difference: -0.1 }), en), "−10.0 points");
  assert.equal(accuracyWords(item({ top1_difference: null }), en), en.altUnknownAccuracy);
  assert.equal(verdictWords(item({ energy_verdict: "lower", likely: true }), en), "likely lower");
  assert.equal(verdictWords(item({ energy_verdict: null }), en), en.verdict.unresolved);
  assert.equal(savedWords(item({}), en), null);
  assert.match(savedWords(item({ saved_year_g: { value: 3652, low: 1826, high: 7305 } }), en) ?? "", /^3\.65\u00a0kg \(1\.83\u00a0kg to 7\.3[01]\u00a0kg\)$/);
});

test("a figure of another year says so; a region of a cloud is told from a country", () => {
  assert.equal(yearWords(item({ year: 2025, same_year: true }), en), "2025");
  assert.match(yearWords(item({ year: 2023, same_year: false }), en), /^2023, another year/);
  assert.ok(isRegion(item({ what: "aws:eu-north-1" })) && !isRegion(item({ what: "Norway" })));
});

test("a wait is told in hours, and an hour that has begun is none", () => {
  assert.equal(waitWords(item({ at_unix_s: 7200 }), 0, en), "2.00 hours");
  assert.equal(waitWords(item({ at_unix_s: 0 }), 60, en), "none");
});

test("every reason has words in both languages", () => {
  const reasons: AlternativeReason[] = ["none", "no-sweep", "of-one-model", "no-forecast", "flat", "other-basis", "not-projected"];
  for (const reason of reasons) {
    const kind = { kind: "settings", basis: null, reason, why: "why", items: [] } satisfies AlternativeKind;
    assert.ok(reasonWords(kind, en).length > 20, reason);
    assert.notEqual(reasonWords(kind, ko), reasonWords(kind, en));
  }
});

test("the command to run has quotes where a shell needs them", () => {
  assert.equal(sweepCommand("cifar10-nano:int8", "cat.jpg"), "miev sweep cifar10-nano:int8 --input cat.jpg");
  assert.equal(sweepCommand("m", "my cat's.jpg"), "miev sweep m --input 'my cat'\\''s.jpg'");
});

test("only what was asked for goes to the server, and the search does not", () => {
  assert.deepEqual(wishQuery({ ...NO_WISH, search: "aws" }, "a"), { model: "a" });
  assert.deepEqual(wishQuery({ ...NO_WISH, latency_ms: 5, accuracy_percent: 0, regions: "eu" }, "a"),
    { model: "a", max_latency_ms: "5", min_accuracy_percent: "0", regions: "eu" });
  assert.equal(tidy(" eu, NO ,, "), "eu,NO");
});

test("an hour is written as the server reads it, and found by any time within it", () => {
  assert.equal(hourWord(1795896000), "2026-11-28T20:00Z");
  assert.equal(hourTime("2026-11-28T20:00Z"), 1795896000);
  assert.equal(hourTime("noon"), null);
  assert.ok(sameHour(hour(1795896000, 1), "2026-11-28T20:29Z"));
  assert.ok(!sameHour(hour(1795896000, 1), "2026-11-28T20:30Z"));
});

test("the least hour is told against the average, and a flat forecast as flat", () => {
  const when = (at: number) => `at ${at}`;
  assert.equal(leastHour(forecast(200, 100, 300).hours)?.at_unix_s, 1800);
  assert.match(hoursSummary(forecast(200, 100, 300), when, chartsEn), /^The least: at 1800, 100 g/);
  assert.match(hoursSummary(forecast(200, 200), when, chartsEn), /^No hour is below/);
  assert.deepEqual(hoursTable(forecast(200, 100).hours, chartsEn).rows[1], ["1970-01-01 00:30", 100, 0.5]);
});
