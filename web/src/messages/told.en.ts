// SPDX-License-Identifier: Apache-2.0
/* The words about other tools, the calculator and the forms of a label. A part of en.ts. */

export const toldEn = {
  // other tools
  otherTools: "What other tools would have said",
  ofModel: "Model",
  nothingToTell: "No model of this study has an energy figure, so there is nothing to hold other tools against.",
  notTold: (model: string) => `${model} has no energy figure: another model is shown.`,

  // the calculator
  estimate: "Estimate",
  estimateHint: "A calculator: nothing is run and nothing measured. For a machine that is not here, or work that is over.",
  estimateInputs: "What is to be estimated",
  estimateWork: "Hardware and time",
  hours: "Hours",
  usageOfCpus: "Usage of its CPUs",
  usageHint: "a share, 0 to 1",
  runsOn: "It runs on",
  runsOnWords: { machine: "the machine of this server", cpu: "a processor", instance: "a cloud instance" },
  nameOfHardware: { cpu: "Processor", instance: "Instance type" },
  nameHint: { cpu: "as its maker calls it: AMD EPYC 7763", instance: "aws:m5.xlarge, azure:d4s_v5, gcp:n2-standard-8" },
  nameFirst: "Name the processor or the instance.",
  sockets: "Processors",
  cores: "Cores of each",
  asTables: "empty: as the tables have it",
  memoryGib: "Memory in GiB",
  memoryHint: "empty: 4 GiB a core",
  machineClass: "Kind of machine",
  classUnsaid: "not said",
  classWords: { server: "server", desktop: "desktop", laptop: "laptop" },
  cards: "Graphics cards",
  cardName: "Graphics card",
  cardHint: "empty: none; V100, RTX 3090",
  cardWatts: "Its rated power in W",
  cardCount: "Cards",
  usageOfCards: "Usage of the cards",
  where: "Where it runs",
  zoneOrRegion: "country, code, cloud region (aws:eu-north-1) or position (59.33,18.07); empty: the world",
  instead: "instead of a place",
  gridYear: "Year of the grid",
  latestYear: "empty: the latest",
  regionsPue: "empty: the region's, else 1",
  lifetime: "Years in use",
  lifetimeHint: "empty: the range of its kind",
  numberFrom: (least: number, most: number, whole: boolean) => `A ${whole ? "whole number" : "number"} from ${least} to ${most}.`,
  estimateSays: (hours: number, what: string, energy: string, grams: string, place: string) =>
    `${what} draws ${energy} in ${hours} ${hours === 1 ? "hour" : "hours"} and emits ${grams} CO₂e (${place}).`,
  unnamedCpu: "an unnamed CPU",
  energyUsed: "Energy",
  ofRunning: "Of running",
  ofMaking: "Of making it",
  ofBoth: "Both",
  makingOf: (what: string, count: number, each: string, low: string, high: string) =>
    `Making: ${count === 1 ? "" : `${count} × `}${what}, ${each}${count === 1 ? "" : " each"} (${low} to ${high}):`,
  makingUnknown: "not known: say what kind of machine it is",
  makingLeftOut: "left out",
  reckonedFrom: "What it was reckoned from",
  hardwareWords: (what: string, cpus: number, gib: string, percent: string, cards: number) =>
    `${what}, ${cpus} logical ${cpus === 1 ? "CPU" : "CPUs"}, ${gib} GiB, ${percent} % of its CPUs used` +
    `${cards > 0 ? `, ${cards} graphics ${cards === 1 ? "card" : "cards"}` : ""}.`,
  hardwarePart: "Part",
  parts: "Energy of each part",
  bounds: "Bounds (90 %)",
  placeWords: (place: string, intensity: string, year: number | null, pue: string) =>
    `${place}: ${intensity} g CO₂e per kWh${year === null ? "" : ` (${year})`}, PUE ${pue}`,
  boundsAdded: "The bounds of the parts are added, because one estimate may well err to the same side as the other.",

  // the forms of a label
  labelForms: { rendered: "Preview", markdown: "Markdown", svg: "Badge", sci: "SCI record", codecarbon: "CodeCarbon CSV" },
  labelHints: {
    rendered: "Paste it into the README of the model: GitHub, Hugging Face and Kaggle show it as in the preview.",
    markdown: "Paste it into the README of the model: GitHub, Hugging Face and Kaggle show it as in the preview.",
    svg: "Save it beside the README and put one of the two lines into it. Its description holds the hash of the model's file.",
    sci: "One inference in the terms of SCI for AI: energy, grid, manufacturing and their sum, in kWh and grams.",
    codecarbon: "A line in CodeCarbon's columns, of one inference, to stand beside others. What a report does not know stays empty.",
  },
  copyForm: { rendered: "Copy the Markdown", markdown: "Copy the Markdown", svg: "Copy the SVG", sci: "Copy the record", codecarbon: "Copy the CSV" },
  badgeInMarkdown: "In Markdown",
  badgeInHtml: "In HTML",
  labelsOf: "Labels to publish",
  labelOf: (model: string) => `Label of ${model}`,
};

export type ToldMessages = typeof toldEn;
