"""Runs MiniStack until its standard input closes.

The process that starts the emulator holds the other end of that pipe, so the emulator and the
Lambda workers in its process group end with it, even when it is killed and cannot clean up.
"""

import os
import signal
import threading

from ministack.app import main


def end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os.killpg(os.getpgrp(), signal.SIGTERM)


threading.Thread(target=end_with_parent, daemon=True).start()
main()
