// SPDX-License-Identifier: Apache-2.0
/* 다른 도구, 계산기, 라벨 형식의 문구. ko.ts의 일부. */
import type { ToldMessages } from "./told.en";

export const toldKo: ToldMessages = {
  // other tools
  otherTools: "다른 도구라면",
  ofModel: "모델",
  nothingToTell: "이 실험에는 에너지 값이 있는 모델이 없어 다른 도구와 비교할 수 없습니다.",
  notTold: (model) => `${model}에는 에너지 값이 없어 다른 모델을 표시합니다.`,
};
