/* SPDX-License-Identifier: Apache-2.0 */
/* Student's t distribution; equations in docs/method-statistics.md 7. Pure. */
#ifndef MIEV_CORE_STUDENT_H
#define MIEV_CORE_STUDENT_H

/* Two-sided quantile: P(|T| <= t) = confidence with df > 0 degrees of freedom, INFINITY for the
 * normal distribution. NAN for a confidence outside of 0..1 (both excluded) or another df. */
double miev_student_t(double confidence, double df);

/* P(|T| > t) with df degrees of freedom, t >= 0. */
double miev_student_tail(double t, double df);

#endif
