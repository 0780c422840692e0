// SPDX-License-Identifier: Apache-2.0
/* The words about what would emit less, and of the panel's lifetime and hour. A part of en.ts. */

const machineClasses: Record<string, string> = { server: "a server", desktop: "a desktop computer", laptop: "a laptop" };

export const lessEn = {
  // the panel
  lifetime: "Years in use",
  lifetimeHint: "Empty: the range that is usual for its kind of machine.",
  lifetimeUsual: (low: number, high: number, machine: string) => `Empty: ${low} to ${high} years, as is usual for ${machine}.`,
  lifetimeError: (least: number, most: number) => `A number from ${least} to ${most}, or nothing.`,
  machineClasses,
  hour: "Hour",
  hourYear: "the average of the year",
  hourOption: (when: string, grams: string, least: boolean) => `${when}: ${grams} g/kWh${least ? " (least)" : ""}`,
  hourSource: (source: string) => `Forecast of ${source}, in your own time.`,
  hourGone: (when: string) => `${when}: not in the forecast`,
  hourNoProvider:
    "No hour can be chosen, because this server asks nobody for a forecast: start it with “miev serve --forecast PROVIDER”.",
  hourOwnFigure: "A figure of your own has no hours: choose a country.",
  hourLooking: "The forecast comes with the report.",
  hourNone: "There is no forecast for this place.",

  // what it has to fit
  wish: "Only what fits",
  wishLatency: "Latency at most, ms",
  wishLatencyHint: "99 of 100 inferences",
  wishLatencyError: "A number above 0, or nothing.",
  wishAccuracy: "Right answers at least, %",
  wishAccuracyError: "A number from 0 to 100, or nothing.",
  wishRegions: "Places",
  wishRegionsHint: "eu, and countries: eu,NO,CH",

  // kind by kind
  kindSettings: "Settings",
  kindModels: "Other models",
  kindHour: "Hour",
  kindPlace: "Place",
  kindHardware: "Other hardware",
  kindTable: (kind: string) => `${kind}: table`,
  kindOf: (what: string, grams: string) => `Now: ${what} takes ${grams} CO₂e`,
  kindRequest: "a request",
  kindInference: "a million inferences",
  kindYear: (grams: string, requests: string) => `, and ${grams} a year at ${requests} requests a day`,
  kindNoRate: "What would be saved in a year is told once a number of requests stands under “Place and volume”.",
  columnWhat: { settings: "Setting", models: "Model", hour: "From", place: "Place", hardware: "Machine" },
  columnSaved: "Saves a year",
  columnLatency: "Latency, 99th percentile",
  columnGrid: "g CO₂e per kWh",
  columnGridYear: "Year",
  columnPueOf: "PUE",
  columnWait: "Price: the wait",
  waitHours: (hours: string) => `${hours} hours`,
  waitNone: "none",
  latencyAgainst: (difference: string) => `${difference} than now`,
  longer: (time: string) => `${time} longer`,
  shorter: (time: string) => `${time} shorter`,
  otherYear: (year: number) => `${year}, another year than the report's`,
  regionIn: (country: string) => `in ${country}`,
  placesMore: (count: number) => `${count} more stand in the table of places below.`,
  itemsMore: (count: number) => `${count} more: “miev alternatives --json” has all.`,
  measuredBySweep: "Measured in the same sweep.",
  measuredByStudy: "Measured in the same study, with the accuracy on the same photos.",
  hourBasis: (source: string) => `Forecast of ${source}: its least hour against the average of the next 24 hours.`,
  placeBasis:
    "Our World in Data / Ember, lifecycle, electricity generated; regions of clouds with the PUE that their provider published; the same machine there.",
  noSweep: "This report is of one setting for each model. To learn what others would save, run:",
  ofOneModel: "A sweep is of one model. To put others beside it, measure them in one study.",
  noneSettings: "None of the settings that were measured emits less and fits.",
  noneModels: "No model of this study with an accuracy on the same photos emits less and fits.",
  nonePlace: "No country or cloud region that was asked for emits less.",
  hourFlat: "No hour of the forecast is below its average.",
  hourUnknown: "There is no forecast of the hours to come.",
  otherBasis:
    "The electricity of this place is told on another basis than that of the others, so nothing is ranked: choose a country under “Place and volume”.",
  notProjected: "Not projected: how fast another machine would be is not known.",
  hourHeld: "All of this is held against the average of the year, whatever hour is chosen.",
};

export type LessMessages = typeof lessEn;
