// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Work } from "../src/state/estimating";
import { BOUNDS, USUAL, numberWithin, readWork, workQuery, workWords } from "../src/state/estimating";

const read = (words: string) => readWork(new URLSearchParams(words));

test("a work and its address are two ways to say one thing", () => {
  const works: Work[] = [
    USUAL,
    { ...USUAL, hours: 0.5, on: "cpu", name: "AMD EPYC 7763 ", sockets: 2, cores: 64, memory_gib: 256.5, machine_class: "server" },
    { ...USUAL, on: "instance", name: "aws:m5.xlarge", zone: "aws:eu-north-1", year: 2020, pue: 1.1, embodied: false },
    { ...USUAL, gpu: "RTX 3090", gpu_watts: 350, gpus: 4, gpu_usage: 0.5, intensity_g_per_kwh: 0, lifetime_years: 6 },
    { ...USUAL, on: "cpu", name: "" },
    { ...USUAL, zone: "59.33,18.07", usage: 0 },
  ];
  for (const work of works) assert.deepEqual(read(workWords(work)), work, workWords(work));
  assert.equal(workWords(USUAL), "");
  assert.equal(workWords(works[2] as Work), "instance=aws:m5.xlarge&zone=aws:eu-north-1&year=2020&pue=1.1&embodied=false");
});

test("what has no part in the answer is not in the address", () => {
  assert.equal(workWords({ ...USUAL, sockets: 2, cores: 8, gpus: 4, gpu_usage: 0.5 }), "");
  assert.equal(workWords({ ...USUAL, intensity_g_per_kwh: 30, zone: "KR", year: 2020 }), "intensity_g_per_kwh=30");
});

test("numbers out of bounds in an address are taken as the usual ones", () => {
  assert.deepEqual(read("hours=-1&usage=2&cpu=A&sockets=1.5&cores=x&memory_gib=0&pue=0.5&class=mainframe&year=1e9&gpu_watts=0"),
    { ...USUAL, on: "cpu", name: "A" });
  assert.equal(read("cpu=a%00b%1Fc").name, "abc");
  assert.equal(read(`gpu=${"x".repeat(500)}`).gpu.length, 120);
});

test("the server is asked with every field, and not before the hardware has a name", () => {
  assert.equal(workQuery(USUAL), "hours=1&method=all");
  assert.equal(workQuery({ ...USUAL, on: "cpu", name: " " }), null);
  assert.equal(workQuery({ ...USUAL, on: "cpu", name: "i7", gpu: " ", zone: " " }), "hours=1&cpu=i7&method=all");
});

test("a number within bounds, whole where only whole ones make sense", () => {
  assert.equal(numberWithin("1,5", BOUNDS.hours), 1.5);
  assert.equal(numberWithin("1.5", BOUNDS.gpus), null);
  assert.equal(numberWithin("0", BOUNDS.hours), null);
  assert.equal(numberWithin("0", BOUNDS.usage), 0);
});
