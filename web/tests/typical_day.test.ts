// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HourKind } from "../src/api/alternatives_types";
import { Client, Refusal } from "../src/api/client";
import { asHours, dayTable, daySummary } from "../src/charts/typical_day";
import { chartsEn } from "../src/messages/charts.en";
import { en } from "../src/messages/en";
import { ko } from "../src/messages/ko";
import { basisWords, reasonWords, shareInterval } from "../src/state/less";
import {
  MOST_PAST_BYTES, PAST_TOO_LARGE, PAST_UNREADABLE, askWithPast, clockHere, dropPast, hourClock, leastOfDay, pastFile, refusedFile, takePast,
} from "../src/state/typical_day";

const hours = Array.from({ length: 24 }, (_, hour_utc) => ({ hour_utc, g_per_kwh: hour_utc === 23 ? 50 : 100, ratio: hour_utc === 23 ? 0.6 : 1.02 }));
const day = { days: 10, first_date: "2024-02-01", last_date: "2024-02-10", zone_told: false, hours };
const kind: HourKind = { kind: "hour", basis: "b", reason: null, why: null, items: [], source: "actual", mean_g_per_kwh: 98, hours: [], typical_day: day };
const file = { name: "a.csv", bytes: new Blob(["x"]) };
/** As a browser's: Node.js 18, which Debian 12 has, knows none. */
const chosenFile = (name: string, words: string) => Object.assign(new Blob([words]), { name }) as File;
const refusal = (status: number, detail: string) => new Refusal({ title: "", status, detail, code: "invalid" });

test("the hour before midnight ends at midnight, and the least is the first of its equals", () => {
  assert.equal(leastOfDay(day)?.hour_utc, 23);
  assert.deepEqual([hourClock(9), hourClock(23), hourClock(24)], ["09:00", "23:00", "00:00"]);
  assert.equal(leastOfDay({ ...day, hours: hours.slice(0, 20) })?.hour_utc, 0);
  assert.equal(leastOfDay({ ...day, hours: [] }), null);
});

test("the reader's own clock is that of today", () => {
  const now = new Date(2026, 5, 15, 23, 40, 12);
  const minutes = -now.getTimezoneOffset() + 3 * 60;
  const two = (n: number) => String(n).padStart(2, "0");
  assert.equal(clockHere(3, now), `${two(Math.floor((((minutes % 1440) + 1440) % 1440) / 60))}:${two(((minutes % 60) + 60) % 60)}`);
});

test("its chart is of clock times without a date, and its table of numbers", () => {
  assert.equal(asHours(hours)[23]?.at_unix_s, 23 * 3600);
  assert.match(daySummary(kind, chartsEn), /^The least: 23:00 to 00:00 UTC, 50\.0 g[^]* 98\.0 on average/);
  assert.match(daySummary({ ...kind, mean_g_per_kwh: 50 }, chartsEn), /^No hour is below/);
  const table = dayTable(hours, chartsEn);
  assert.deepEqual(table.rows[23], [23, 50, 0.6]);
  assert.equal(table.columns[0]?.show?.(3), "03:00");
});

test("days, span and what was taken for granted are told, in both languages", () => {
  assert.match(basisWords(kind, en), /10 days from 2024-02-01 to 2024-02-10[^]*taken as UTC/);
  assert.doesNotMatch(basisWords({ ...kind, typical_day: { ...day, zone_told: true } }, en), /taken as UTC/);
  assert.match(basisWords(kind, ko), /2024-02-01부터 2024-02-10까지 10일/);
  assert.match(reasonWords({ ...kind, reason: "flat" }, en), /^No hour of the typical day[^]*10 days/);
  const item = { what: "", ratio: 0.6, saved_year_g: null };
  assert.match(shareInterval({ ...item, ratio_low: 0.512, ratio_high: 0.7 }, en) ?? "", /^51\.2\s% to 70\s%$/);
  assert.equal(shareInterval(item, en), null);
});

test("a refused file is told apart from a refused question", async () => {
  const sent: (Blob | null)[] = [];
  const server = (ofFile: Refusal | null, ofQuestion: Refusal | null) => async (past: Blob | null) => {
    sent.push(past);
    if (past && ofFile) throw ofFile;
    if (ofQuestion) throw ofQuestion;
    return past ? "with" : "without";
  };
  assert.deepEqual(await askWithPast(null, server(null, null)), { answer: "without", refused: null });
  assert.deepEqual(await askWithPast(file, server(null, null)), { answer: "with", refused: null });
  const bad = await askWithPast(file, server(refusal(400, "line 3"), null));
  assert.deepEqual([bad.answer, bad.refused?.detail], ["without", "line 3"]);
  await assert.rejects(askWithPast(file, server(refusal(400, "line 3"), refusal(400, "Atlantis"))), { message: "Atlantis" });
  sent.length = 0;
  await assert.rejects(askWithPast(file, server(refusal(503, "busy"), null)), { message: "busy" });
  assert.deepEqual(sent, [file.bytes], "a busy server says nothing of the file, and is not asked twice");
  const gone = new DOMException("aborted", "AbortError");
  await assert.rejects(askWithPast(file, () => Promise.reject(gone)), { name: "AbortError" });
});

test("a file is held in memory, and one that cannot be leaves the earlier one", async () => {
  await takePast(chosenFile("a.csv", "datetime,g_per_kwh"));
  assert.equal(await pastFile.get()?.bytes.text(), "datetime,g_per_kwh");
  await takePast({ name: "large.csv", size: MOST_PAST_BYTES + 1 } as File);
  assert.equal(refusedFile.get()?.problem.code, PAST_TOO_LARGE);
  await takePast({ name: "folder", size: 0, arrayBuffer: () => Promise.reject(new Error("gone")) } as unknown as File);
  assert.equal(refusedFile.get()?.problem.code, PAST_UNREADABLE);
  assert.equal(pastFile.get()?.name, "a.csv");
  await takePast(chosenFile("b.csv", "y"));
  assert.deepEqual([pastFile.get()?.name, refusedFile.get()], ["b.csv", null]);
  dropPast();
  assert.equal(pastFile.get(), null);
});

test("a file goes as the body, and the question stays in the address", async () => {
  const asked: [string, RequestInit][] = [];
  const client = new Client("me", (async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    return new Response("{}");
  }) as typeof fetch);
  await client.alternatives(3, null, { model: "a" }, null);
  await client.alternatives(3, null, { model: "a" }, file.bytes);
  assert.deepEqual(asked.map(([url, init]) => [url, init.method, (init.headers as Record<string, string>)["Content-Type"], init.body]), [
    ["api/v1/studies/3/alternatives?model=a", "GET", undefined, null],
    ["api/v1/studies/3/alternatives?model=a", "POST", "text/csv", file.bytes],
  ]);
});
