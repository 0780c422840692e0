// SPDX-License-Identifier: Apache-2.0
/* The words about a file of a grid's past, and the typical day in it. A part of en.ts. */

export const dayEn = {
  dayFile: "A file of your grid's past (CSV of Electricity Maps or NESO)",
  dayWhere:
    "Electricity Maps' data portal gives away a file of hours for each zone, NESO's data portal one for Great Britain (“historic generation mix”). At most 4 MiB: a year of hours is about 1 MiB.",
  dayKept: "It is kept only while this page is open, and is no part of its address.",
  dayChoose: "Choose a file",
  dayOther: "Another file",
  dayAway: "Take the file away",
  dayTaken: (name: string, size: string) => `${name} (${size})`,
  dayRefused: (name: string) => `${name} was not taken.`,
  dayTooLarge: (most: string) => `It is larger than ${most}: its last year is enough.`,
  dayUnreadable: "It could not be read.",
  dayHour: (from: string, to: string) => `${from} to ${to} UTC`,
  dayHere: (clock: string) => `of a typical day; begins at ${clock} by your own clock today`,
  dayBasis: (column: string, days: number, first: string, last: string) =>
    `A typical day of your file (“${column}”), ${days} days from ${first} to ${last}: its least hour against the mean of all 24.`,
  dayAsUtc: "Its times name no zone, and were taken as UTC.",
  dayFlat: "No hour of the typical day is below its mean.",
};
