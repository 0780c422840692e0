// SPDX-License-Identifier: Apache-2.0
/* The words of the chart of a typical day. A part of charts.en.ts. */

export const chartsDayEn = {
  dayTitle: "A typical day of the grid",
  dayAxisX: "UTC →",
  daySpan: (from: string, to: string) => `${from} to ${to} UTC`,
  daySource: (column: string, days: number, first: string, last: string) =>
    `Each hour is the mean of its days in your file (“${column}”): ${days} days from ${first} to ${last}.`,
};
