// SPDX-License-Identifier: Apache-2.0
/* The words about other tools, the calculator and the forms of a label. A part of en.ts. */

export const toldEn = {
  // other tools
  otherTools: "What other tools would have said",
  ofModel: "Model",
  nothingToTell: "No model of this study has an energy figure, so there is nothing to hold other tools against.",
  notTold: (model: string) => `${model} has no energy figure: another model is shown.`,
};

export type ToldMessages = typeof toldEn;
