// SPDX-License-Identifier: Apache-2.0
/* The words about a file of a grid's past, and the typical day in it, in Korean. A part of ko.ts. */

import type { dayEn } from "./day.en";

export const dayKo: typeof dayEn = {
  dayFile: "전력망의 지난 기록 파일(Electricity Maps 또는 NESO의 CSV)",
  dayWhere:
    "Electricity Maps의 데이터 포털은 구역별 시간 단위 파일을, NESO의 데이터 포털은 영국의 파일(‘historic generation mix’)을 무료로 줍니다. 최대 4 MiB이며, 한 해의 시간별 기록은 1 MiB쯤입니다.",
  dayKept: "이 페이지가 열려 있는 동안만 보관하며, 주소에는 들어가지 않습니다.",
  dayChoose: "파일 고르기",
  dayOther: "다른 파일",
  dayAway: "파일 치우기",
  dayTaken: (name, size) => `${name} (${size}) 사용 중`,
  dayRefused: (name) => `${name} 파일을 쓰지 못했습니다.`,
  dayTooLarge: (most) => `${most}보다 큽니다. 마지막 한 해면 충분합니다.`,
  dayUnreadable: "파일을 읽을 수 없습니다.",
  dayHour: (from, to) => `UTC ${from}~${to}`,
  dayHere: (clock) => `평소 하루 기준, 오늘 현지 시각으로 ${clock}에 시작`,
  dayBasis: (column, days, first, last) =>
    `파일에서 본 평소 하루(‘${column}’ 열, ${first}부터 ${last}까지 ${days}일): 가장 적은 시간을 24시간의 평균과 견준 값입니다.`,
  dayAsUtc: "시각에 시간대가 적혀 있지 않아 UTC로 보았습니다.",
  dayFlat: "평소 하루에 평균보다 적은 시간이 없습니다.",
};
