// SPDX-License-Identifier: Apache-2.0
/* 다른 도구와 비교하는 차트의 문구. charts.ko.ts의 일부. */
import type { MethodsMessages } from "./charts_methods.en";

export const methodsKo: MethodsMessages = {
  methodsOf: (model) => `다른 도구라면 ${model}을(를) 이렇게 계산했을 것입니다`,
  methodsOfWork: "다른 도구라면 이렇게 계산합니다",
  ofInference: "추론 한 번",
  ofWork: "작업 전체",
  methodsSummary: (answers, all, low, high, inside) =>
    `도구 ${all}개 중 ${answers}개가 답을 내며, 값은 MIEV의 ${answers === 1 ? low : `${low}~${high}`}배입니다. ` +
    (inside === 0 ? "MIEV의 구간 안에 드는 도구는 없습니다." : `그중 ${inside}개가 MIEV의 구간 안에 듭니다.`),
  methodsNone: (all) => `도구 ${all}개 중 MIEV와 비교할 답을 내는 것이 없습니다.`,
  methodsAxis: (unit, of) => `${of}의 CO₂e (${unit}), 제조분 제외. 눈금 하나마다 몇 배씩 커집니다`,
  methodsNote:
    "이 도구들은 모두 제조분을 세지 않으므로 여기서도 뺐습니다. 도구마다 전력을 구하는 방법, PUE, 전력망 표가 다르며, 어디에서 값이 갈리는지 각 열에 나타납니다.",
  columnTool: "도구",
  columnGramsIn: (unit) => `CO₂e (${unit})`,
  columnEnergyIn: (unit) => `에너지 (${unit})`,
  columnOfMiev: "MIEV의 몇 배",
  columnGrid: "전력망, 연도",
  checkedAgainst: (what) => `확인 기준: ${what}`,
  noAnswer: (why) => `답 없음: ${why}`,
  noAnswerShort: "답 없음",
  insideShort: "(구간 안)",
  timesMiev: (ratio, inside) => `MIEV의 ${ratio}배, 구간 ${inside ? "안" : "밖"}`,
  legendOwn: "MIEV의 구간, 선은 그 값",
  legendInside: "구간 안의 도구",
  legendOutside: "구간 밖의 도구",
};
