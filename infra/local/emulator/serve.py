"""Runs the function `main` of the module that its argument names, until its standard input closes.

The process that starts the emulator holds the other end of that pipe, so the emulator and the
Lambda workers in its process group end with it, even when it is killed and cannot clean up.
"""

import importlib
import os
import signal
import sys
import threading
import time

# Enough for an orderly end.
GRACE_SECONDS = 5


def end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os.killpg(os.getpgrp(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os.killpg(os.getpgrp(), signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()
# Taken away: what is left is the module's own command line.
importlib.import_module(sys.argv.pop(1)).main()
