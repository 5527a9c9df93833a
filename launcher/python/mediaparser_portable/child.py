"""Runs one of the app's scripts under the launcher's control.

``python -u -X utf8 -s -m mediaparser_portable.child [--hurry] [--wait MODULE,…]
SCRIPT [ARG…]`` behaves as ``python SCRIPT ARG…``, with these differences:

* Standard input is the launcher's control pipe, one order a line: ``stop``
  raises KeyboardInterrupt in the main thread, and so does the pipe's end, so
  that a launcher that was killed leaves nobody behind; ``worker-pid N`` tells
  the server of a worker's PID; ``go`` ends ``--wait``; ``settled`` ends
  ``--hurry``, until which no garbage is collected: a start makes hardly any, and
  looking for it takes a tenth of the time.
* Ctrl+C in the shared console reaches neither the script nor what it starts:
  the launcher alone decides who ends when.
* A KeyboardInterrupt that was asked for ends with exit code 0, without a
  traceback.

Windows offers no other way that is graceful: ending a process from outside
skips ``finally`` blocks and SQLite's checkpoint, and a console event cannot be
sent to one process alone.
"""

from __future__ import annotations

import gc
import importlib
import os
import runpy
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

from mediaparser_portable import magic_database, process_check
from mediaparser_portable.control_pipe import take_control_pipe

_WORKER_PID = "MEDIAPARSER_WORKER_PID"


class Control:
    """Carries out the launcher's orders."""

    def __init__(self, descriptor: int) -> None:
        """Remember the control pipe; nothing is read before ``start()``."""
        self._descriptor = descriptor
        self._lock = threading.Lock()
        self._go = threading.Event()
        self._lost = threading.Event()
        self._worker_pids = {os.environ.get(_WORKER_PID, "")} - {""}
        self.stop_requested = False

    def start(self) -> None:
        """Begin to read, in a thread that does not hold up the end."""
        threading.Thread(
            target=self._obey, name="launcher-control", daemon=True
        ).start()

    def wait_for_go(self) -> None:
        """Wait for ``go``.

        Raises:
            KeyboardInterrupt: ``stop`` came first.
        """
        self._go.wait()
        if self.stop_requested:
            raise KeyboardInterrupt

    def stop(self) -> None:
        """Interrupt the main thread, once: a second interrupt would cut short
        what the first one set going."""
        with self._lock:
            if self.stop_requested:
                return
            self.stop_requested = True
        self._go.set()
        self._interrupt()

    def watch_for_lost_interrupts(self) -> None:
        """Notice an interrupt that came in a callback, where Python drops it."""
        usual = sys.unraisablehook

        def hook(unraisable: Any) -> None:
            if self.stop_requested and unraisable.exc_type is KeyboardInterrupt:
                self._lost.set()
            else:
                usual(unraisable)

        sys.unraisablehook = hook

    def _interrupt(self) -> None:
        if sys.platform == "win32":
            # Also wakes time.sleep(), as Ctrl+C does.
            signal.raise_signal(signal.SIGINT)
        else:
            main = threading.main_thread().ident
            assert main is not None
            signal.pthread_kill(main, signal.SIGINT)

    def _obey(self) -> None:
        for line in _read_lines(self._descriptor):
            order, _, value = line.partition(" ")
            if order == "stop":
                break
            if order == "go":
                self._go.set()
            elif order == "settled":
                # What a start has made stays: it need not be looked at again.
                gc.freeze()
                gc.enable()
            elif order == "worker-pid" and value.isdecimal():
                self._set_worker_pid(value)
        self.stop()
        while self._lost.wait():
            self._lost.clear()
            # Not in the same callback again.
            time.sleep(0.05)
            self._interrupt()

    def _set_worker_pid(self, pid: str) -> None:
        for earlier in self._worker_pids:
            if earlier.isdecimal():
                process_check.alias(int(earlier), int(pid))
        self._worker_pids.add(pid)
        os.environ[_WORKER_PID] = pid


def _read_lines(descriptor: int) -> Iterator[str]:
    # os.read instead of a file object: a file's lock, held by a daemon thread,
    # aborts the interpreter at its end.
    rest = b""
    while True:
        try:
            block = os.read(descriptor, 4096)
        except OSError:
            return
        if not block:
            return
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace").strip()


def _detach_from_console(control: Control) -> None:
    if sys.platform == "win32":
        from mediaparser_portable import windows_console

        windows_console.detach(control.stop)
        return
    try:
        # A group of its own: the terminal's Ctrl+C does not reach it, and the
        # launcher can end it as a whole.
        os.setpgid(0, 0)
    except PermissionError:
        pass  # leads a session, and so has its own group


def _run_script(script: str, arguments: list[str]) -> None:
    folder = os.path.dirname(os.path.abspath(script))
    if sys.flags.safe_path:
        sys.path.insert(0, folder)
    else:
        sys.path[0] = folder
    sys.argv[:] = [script, *arguments]
    runpy.run_path(script, run_name="__main__")
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.main_thread():
            thread.join()


def _warm_up(modules: str) -> None:
    for module in filter(None, modules.split(",")):
        try:
            importlib.import_module(module)
        except ImportError:
            pass  # the script will say so, if it matters


def main(arguments: list[str]) -> None:
    """Run the script named by the arguments."""
    control = Control(take_control_pipe())
    _detach_from_console(control)
    magic_database.install()
    try:
        # Python leaves SIGINT ignored if it was started that way.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        control.watch_for_lost_interrupts()
        control.start()
        if arguments[:1] == ["--hurry"]:
            gc.disable()
            arguments = arguments[1:]
        if arguments[:1] == ["--wait"]:
            _warm_up(arguments[1])
            control.wait_for_go()
            arguments = arguments[2:]
        _run_script(arguments[0], arguments[1:])
    except KeyboardInterrupt:
        if not control.stop_requested:
            raise


if __name__ == "__main__":
    main(sys.argv[1:])
