# SPDX-License-Identifier: Apache-2.0
"""A source file with one fault put in, for a test that must find it.

    python3 tests/mutate.py IN OUT WHAT-STANDS-THERE WHAT-TO-PUT-THERE

What stands there must occur exactly once: a fault that is nowhere would never be found.
"""

import pathlib
import sys

source, out, old, new = sys.argv[1:]
text = pathlib.Path(source).read_text(encoding="utf-8")
if text.count(old) != 1:
    sys.exit(f"mutate.py: '{old}' stands {text.count(old)} times in {source}")
pathlib.Path(out).write_text(text.replace(old, new), encoding="utf-8")
