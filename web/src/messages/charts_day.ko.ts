// SPDX-License-Identifier: Apache-2.0
/* The words of the chart of a typical day, in Korean. A part of charts.ko.ts. */
import type { chartsDayEn } from "./charts_day.en";

export const chartsDayKo: typeof chartsDayEn = {
  dayTitle: "전력망의 평소 하루",
  dayAxisX: "UTC 기준 →",
  daySpan: (from, to) => `UTC ${from}~${to}`,
  daySource: (column, days, first, last) => `시간마다 파일에 있는 날들의 평균입니다(‘${column}’ 열). ${first}부터 ${last}까지 ${days}일.`,
};
