/* SPDX-License-Identifier: Apache-2.0 */
/* The real worker with the fake engine. */
#include "fake_engine.h"
#include "study/worker.h"

int main(void)
{
    return miev_worker_main(MIEV_WORKER_SOCKET, fake_engines);
}
