// SPDX-License-Identifier: Apache-2.0
// The same program as C++: the header must be fit for both.
#include "header_test.c"
