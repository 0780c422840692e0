// SPDX-License-Identifier: Apache-2.0
/* The words of the chart of other tools. A part of charts.en.ts. */

export const methodsEn = {
  methodsOf: (model: string) => `What other tools would have said of ${model}`,
  methodsOfWork: "What other tools would say",
  ofInference: "one inference",
  ofWork: "the work",
  methodsSummary: (answers: number, all: number, low: string, high: string, inside: number) =>
    `Of ${all} tools ${answers} ${answers === 1 ? "has" : "have"} an answer, ${answers === 1 ? `${low} times` : `${low} to ${high} times`} MIEV's; ` +
    (inside === 0 ? "none lies inside its interval." : `${inside} ${inside === 1 ? "lies" : "lie"} inside its interval.`),
  methodsNone: (all: number) => `None of ${all} tools has an answer that can be held against MIEV's.`,
  methodsAxis: (unit: string, of: string) => `${unit} CO₂e of ${of}, without manufacturing; each step is a factor`,
  methodsNote:
    "None of these tools counts manufacturing, so it is left out here. Each goes by its own way to the watts, its own PUE and its own " +
    "table of grids at the same place: the columns tell where the figures part.",
  columnTool: "Tool",
  columnGramsIn: (unit: string) => `CO₂e in ${unit}`,
  columnEnergyIn: (unit: string) => `Energy in ${unit}`,
  columnOfMiev: "Times MIEV's",
  columnGrid: "Grid, year",
  checkedAgainst: (what: string) => `checked against ${what}`,
  noAnswer: (why: string) => `no answer: ${why}`,
  noAnswerShort: "no answer",
  insideShort: "(inside)",
  timesMiev: (ratio: string, inside: boolean) => `${ratio} times MIEV's, ${inside ? "inside" : "outside"} its interval`,
  legendOwn: "MIEV's interval, and a line at its value",
  legendInside: "a tool inside the interval",
  legendOutside: "a tool outside of it",
};

export type MethodsMessages = typeof methodsEn;
