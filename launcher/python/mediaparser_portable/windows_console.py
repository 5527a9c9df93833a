"""Keeps the shared console's events away from the app, on Windows.

Every process of a console gets its Ctrl+C, Ctrl+Break and closing. The app and
its FFmpeg and ExifTool would each end at a moment of their own; only the
launcher may decide.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import wintypes

_CTRL_C_EVENT = 0
_CTRL_BREAK_EVENT = 1
_INFINITE = 0xFFFF_FFFF

_HandlerRoutine = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
_handler: object = None


def detach(stop: Callable[[], None]) -> None:
    """Ignore Ctrl+C and Ctrl+Break; call ``stop`` when Windows ends the console.

    That Ctrl+C is ignored is inherited by every program started from here.
    """
    global _handler
    kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel32.SetConsoleCtrlHandler.argtypes = (_HandlerRoutine, wintypes.BOOL)
    kernel32.SetConsoleCtrlHandler.restype = wintypes.BOOL
    kernel32.Sleep.argtypes = (wintypes.DWORD,)
    kernel32.Sleep.restype = None

    @_HandlerRoutine
    def handle(event: int) -> bool:
        if event not in (_CTRL_C_EVENT, _CTRL_BREAK_EVENT):
            # The window was closed, or the user logs off. Windows ends the
            # process when this returns: sleep until Python itself has ended.
            stop()
            kernel32.Sleep(_INFINITE)
        return True

    _handler = handle
    kernel32.SetConsoleCtrlHandler(handle, True)
    kernel32.SetConsoleCtrlHandler(_HandlerRoutine(0), True)
