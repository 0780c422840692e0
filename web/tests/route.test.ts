// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRoute, routeHash } from "../src/state/route";
import { WORLD } from "../src/state/pricing";
import { NO_WISH } from "../src/state/wish";

test("an address and its scene are two ways to say one thing", () => {
  for (const hash of ["#/", "#/history", "#/compare/12/13", "#/study/12", "#/study/12?zone=KR&rate=1000",
    "#/study/7?intensity=30&pue=1.2&embodied=0",
    "#/study/7?zone=GB&lifetime=6&hour=2026-11-28T20:00Z", "#/study/7?latency=5&accuracy=80.5&regions=eu,NO",
    "#/study/7?zone=KR&rate=1000&model=cifar10-nano:int8+t1+b4&regions=eu&search=aws+", "#/models", "#/model/cifar10-nano:int8", "#/publish/model",
    "#/publish/evaluate?model=cifar10-nano:int8&study=12&dataset=d1&evaluation=2", "#/estimate", "#/estimate?hours=24&instance=aws:m5.xlarge"])
    assert.equal(routeHash(parseRoute(hash)), hash);
});

test("what is no address shows the first scene", () => {
  for (const hash of ["", "#", "#/nothing", "#/study/", "#/study/abc", "#/study/-1", "#/study/0", "#/compare/1",
    "#/study/1e3", `#/study/${"9".repeat(40)}`])
    assert.deepEqual(parseRoute(hash), { scene: "new" }, hash);
});

test("a study without a query is priced as it was kept", () => {
  assert.deepEqual(parseRoute("#/study/3"), { scene: "study", id: 3, pricing: null });
});

test("numbers out of bounds in an address are taken as the usual ones", () => {
  const route = parseRoute("#/study/3?zone=%3Cscript%3E&pue=0.5&rate=-4&intensity=1e99");
  assert.deepEqual(route, { scene: "study", id: 3, pricing: WORLD });
  assert.deepEqual(parseRoute("#/study/3?zone=World&lifetime=1000&hour=noon&latency=0&accuracy=101"), route);
  assert.deepEqual(parseRoute("#/study/3?latency=5"), { scene: "study", id: 3, pricing: null, wish: { ...NO_WISH, latency_ms: 5 } });
});
