// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, Refusal, UNREACHABLE, asProblem } from "../src/api/client";
import { WORLD } from "../src/state/pricing";

interface Asked { url: string; init: RequestInit }

function clientThat(answer: (asked: Asked) => Response | Promise<Response>) {
  const asked: Asked[] = [];
  const send = async (url: string | URL | Request, init?: RequestInit) => {
    asked.push({ url: String(url), init: init ?? {} });
    return answer(asked[asked.length - 1] as Asked);
  };
  return { asked, client: new Client("me", send as typeof fetch) };
}

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

test("every request says who asks, and JSON that it is JSON", async () => {
  const { client, asked } = clientThat(() => json(202, { id: 5 }));
  await client.start({ models: ["a"], input: "x", pue: 1, embodied: true, requests_per_day: 0, budget_s: 60 });
  const [{ url, init }] = asked as [Asked];
  const headers = init.headers as Record<string, string>;
  assert.equal(url, "api/v1/studies");
  assert.deepEqual([init.method, headers["X-MIEV-Client"], headers["Content-Type"]], ["POST", "me", "application/json"]);
});

test("names of files are encoded in the address", async () => {
  const { client, asked } = clientThat(() => json(201, {}));
  await client.addInput(new Blob(["x"]), "a b&c/ü.jpg");
  assert.equal(asked[0]?.url, "api/v1/inputs?name=a%20b%26c%2F%C3%BC.jpg");
});

test("a refusal is the server's own sentence, with the time to wait", async () => {
  const { client } = clientThat(() =>
    json(429, { title: "Busy", status: 429, detail: "The queue is full; wait for a study to end.", code: "queue-full" }, { "Retry-After": "7" }));
  const problem = await client.repeat(3).then(() => null, asProblem);
  assert.deepEqual(problem, { title: "Busy", status: 429, code: "queue-full", retry_after_s: 7,
    detail: "The queue is full; wait for a study to end." });
});

test("words of a proxy are not shown as the server's", async () => {
  const { client } = clientThat(() => new Response("<html>Bad gateway</html>", { status: 502, statusText: "Bad Gateway" }));
  const problem = await client.machine().then(() => null, asProblem);
  assert.deepEqual([problem?.code, problem?.detail], ["http", "502 Bad Gateway"]);
});

test("a server that is gone is told apart from one that refuses", async () => {
  const { client } = clientThat(() => Promise.reject(new TypeError("Failed to fetch")));
  await assert.rejects(client.machine(), (error) => error instanceof Refusal && error.problem.code === UNREACHABLE);
});

test("an aborted request stays one", async () => {
  const { client } = clientThat(() => Promise.reject(new DOMException("aborted", "AbortError")));
  await assert.rejects(client.report(3, null), { name: "AbortError" });
});

test("prices and downloads are put into the address", async () => {
  const { client, asked } = clientThat(() => json(200, {}));
  await client.report(3, { ...WORLD, zone: "KR" });
  assert.equal(asked[0]?.url, "api/v1/studies/3/report?zone=KR&pue=1&embodied=true&requests_per_day=0");
  assert.equal(client.exportPath(3, "json", null), "api/v1/studies/3/report?download=1");
  assert.equal(client.exportPath(3, "csv", null), "api/v1/studies/3/export.csv");
});
