// SPDX-License-Identifier: Apache-2.0
/* The forms of a label. */

/** As the address names them; the first is how a README will show the Markdown. */
export const LABEL_FORMS = ["rendered", "markdown", "svg", "sci", "codecarbon"] as const;
export type LabelForm = (typeof LABEL_FORMS)[number];
