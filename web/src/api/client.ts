// SPDX-License-Identifier: Apache-2.0
/* Asks the server. Whatever goes wrong becomes a Refusal with one sentence for a person. */

import type { Places, Report } from "../report";
import type { Pricing } from "../state/pricing";
import { alternativesQuery, placesQuery, pricingQuery } from "../state/pricing";
import type { Estimate, Methods } from "../told_types";
import type { AlternativesDocument } from "./alternatives_types";
import type { Dataset, Evaluation, Mapping, ModelPage, Pull } from "./hub_types";
import type { CatalogModel, Compared, InputFile, MachineInfo, NewStudy, Problem, Study, Zone } from "./types";

export class Refusal extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** The server did not answer at all. */
export const UNREACHABLE = "unreachable";

export const asProblem = (error: unknown): Problem =>
  error instanceof Refusal
    ? error.problem
    : { title: "Error", status: 0, detail: error instanceof Error ? error.message : String(error), code: "internal" };

export const isAbort = (error: unknown): boolean => error instanceof Error && error.name === "AbortError";

interface Request {
  method?: string;
  json?: unknown;
  body?: Blob;
  /** Of the body; default: any bytes. */
  type?: string;
  signal?: AbortSignal | undefined;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const wait = Number(response.headers.get("Retry-After"));
  const later = wait > 0 ? { retry_after_s: wait } : {};
  const text = await response.text().catch(() => "");
  try {
    const { title, detail, code } = JSON.parse(text) as Partial<Problem>;
    if (typeof detail === "string")
      return new Refusal({ title: title ?? "", detail, code: code ?? "", status: response.status, ...later });
  } catch {
    // Not this server's own words, a proxy's perhaps: the status says what is known.
  }
  const detail = `${response.status} ${response.statusText}`.trim();
  return new Refusal({ title: detail, detail, code: "http", status: response.status, ...later });
}

export class Client {
  constructor(
    private readonly id: string,
    private readonly send: typeof fetch = (...args) => fetch(...args),
    private readonly base = "api/v1",
  ) {}

  private async ask(path: string, request: Request = {}): Promise<Response> {
    const headers: Record<string, string> = { Accept: "application/json", "X-MIEV-Client": this.id };
    if (request.json !== undefined) headers["Content-Type"] = "application/json";
    else if (request.body) headers["Content-Type"] = request.type ?? "application/octet-stream";
    const body = request.json !== undefined ? JSON.stringify(request.json) : (request.body ?? null);
    const signal = request.signal ?? null;
    let response: Response;
    try {
      response = await this.send(`${this.base}/${path}`, { method: request.method ?? "GET", headers, body, signal });
    } catch (error) {
      if (isAbort(error)) throw error;
      throw new Refusal({ title: UNREACHABLE, status: 0, detail: "", code: UNREACHABLE });
    }
    if (!response.ok) throw await refusalOf(response);
    return response;
  }

  private async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return (await this.ask(path, { signal })).json() as Promise<T>;
  }

  private async post<T>(path: string, request: Request = {}): Promise<T> {
    return (await this.ask(path, { ...request, method: "POST" })).json() as Promise<T>;
  }

  machine = (signal?: AbortSignal) => this.get<MachineInfo>("machine", signal);
  models = async (signal?: AbortSignal) => (await this.get<{ models: CatalogModel[] }>("models", signal)).models;
  inputs = async (signal?: AbortSignal) => (await this.get<{ inputs: InputFile[] }>("inputs", signal)).inputs;
  zones = async (signal?: AbortSignal) => (await this.get<{ zones: Zone[] }>("zones", signal)).zones;
  studies = async (signal?: AbortSignal) => (await this.get<{ studies: Study[] }>("studies", signal)).studies;
  study = (id: number, signal?: AbortSignal) => this.get<Study>(`studies/${id}`, signal);

  addModel = (file: File) => this.post<CatalogModel>(`models?name=${encodeURIComponent(file.name)}`, { body: file });
  addInput = (file: Blob, name: string) =>
    this.post<InputFile>(`inputs?name=${encodeURIComponent(name)}`, { body: file });
  addReport = async (file: Blob) => this.post<Study>("reports", { json: JSON.parse(await file.text()) });
  removeModel = async (id: string) => void (await this.ask(`models/${encodeURIComponent(id)}`, { method: "DELETE" }));

  model = (id: string, signal?: AbortSignal) => this.get<ModelPage>(`models/${encodeURIComponent(id)}`, signal);

  pulls = async (signal?: AbortSignal) => (await this.get<{ pulls: Pull[] }>("pulls", signal)).pulls;
  pull = (what: string) => this.post<Pull>("pulls", { json: { what } });
  cancelPull = async (id: number) => void (await this.ask(`pulls/${id}`, { method: "DELETE" }));

  datasets = async (signal?: AbortSignal) => (await this.get<{ datasets: Dataset[] }>("datasets", signal)).datasets;
  addDataset = (file: Blob, name: string) =>
    this.post<Dataset>(`datasets?name=${encodeURIComponent(name)}`, { body: file });
  removeDataset = async (id: string) => void (await this.ask(`datasets/${encodeURIComponent(id)}`, { method: "DELETE" }));
  evaluate = (model: string, dataset: string, mapping: Mapping | null) =>
    this.post<Evaluation>("evaluations", { json: { model, dataset, mapping } });
  evaluation = (id: number, signal?: AbortSignal) => this.get<Evaluation>(`evaluations/${id}`, signal);
  cancelEvaluation = async (id: number) => void (await this.ask(`evaluations/${id}`, { method: "DELETE" }));
  evaluationEventsPath = (id: number) => `${this.base}/evaluations/${id}/events`;

  label = async (study: number, model: number, form: string, signal?: AbortSignal): Promise<string> =>
    (await this.ask(`studies/${study}/label?${new URLSearchParams({ model: String(model), form })}`, { signal })).text();

  start = (study: NewStudy) => this.post<Study>("studies", { json: study });
  cancel = (id: number) => this.post<Study>(`studies/${id}/cancel`);
  repeat = (id: number) => this.post<Study>(`studies/${id}/repeat`);
  remove = async (id: number) => void (await this.ask(`studies/${id}`, { method: "DELETE" }));
  rename = async (id: number, name: string): Promise<Study> =>
    (await this.ask(`studies/${id}`, { method: "PATCH", json: { name } })).json() as Promise<Study>;
  signIn = async (token: string) => void (await this.ask("session", { method: "POST", json: { token } }));

  report = (id: number, pricing: Pricing | null, signal?: AbortSignal) =>
    this.get<Report>(`studies/${id}/report${pricingQuery(pricing)}`, signal);
  places = (id: number, pricing: Pricing | null, signal?: AbortSignal) =>
    this.get<Places>(`studies/${id}/places${placesQuery(pricing)}`, signal);
  methods = (id: number, pricing: Pricing | null, signal?: AbortSignal) =>
    this.get<Methods>(`studies/${id}/methods${pricingQuery(pricing)}`, signal);
  estimate = (query: string, signal?: AbortSignal) => this.get<Estimate>(`estimate?${query}`, signal);
  /** Names that hold all these words. */
  hardware = async (kind: "cpu" | "gpu" | "instance", words: string, signal?: AbortSignal) =>
    (await this.get<{ names: string[] }>(`hardware?${new URLSearchParams({ kind, words })}`, signal)).names;
  /** past: a CSV file of the grid's past, for the hour of a typical day. */
  alternatives = (id: number, pricing: Pricing | null, wish: Record<string, string>, past: Blob | null, signal?: AbortSignal) => {
    const path = `studies/${id}/alternatives?${alternativesQuery(pricing, wish)}`;
    return past
      ? this.post<AlternativesDocument>(path, { body: past, type: "text/csv", signal })
      : this.get<AlternativesDocument>(path, signal);
  };
  compare = (a: number, b: number, signal?: AbortSignal) => this.get<Compared>(`compare?a=${a}&b=${b}`, signal);

  eventsPath = (id: number) => `${this.base}/studies/${id}/events`;

  /** A small square of an input; the address of the input itself ends otherwise. */
  thumbnailPath = (input: string) => `${this.base}/inputs/${encodeURIComponent(input)}/thumbnail`;

  /** Where a download of the report lies; form is json, csv, md, jsonl or html. */
  exportPath(id: number, form: string, pricing: Pricing | null): string {
    const query = pricingQuery(pricing);
    if (form !== "json") return `${this.base}/studies/${id}/export.${form}${query}`;
    return `${this.base}/studies/${id}/report${query ? `${query}&` : "?"}download=1`;
  }
}
