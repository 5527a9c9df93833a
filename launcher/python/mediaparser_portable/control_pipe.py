"""Takes the launcher's control pipe off standard input.

FFmpeg and ExifTool inherit standard input: they would read orders that are not
theirs, and hold the pipe open. And on Windows nothing may even look at a pipe
that a thread is reading from: the C runtime of a DLL asks what kind of handle
standard input is while it is loaded, and would wait for that read to end.
"""

from __future__ import annotations

import os
import sys

_STD_INPUT_HANDLE = 0xFFFF_FFF6


def take_control_pipe() -> int:
    """Move the control pipe to a descriptor that nobody inherits.

    Returns:
        The descriptor; standard input is the null device from here on.
    """
    descriptor = os.dup(0)  # not inheritable
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0, inheritable=True)
    os.close(null)
    if sys.platform == "win32":
        import ctypes
        import msvcrt
        from ctypes import wintypes

        # What programs inherit and DLLs look at is this handle, not
        # descriptor 0.
        kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel32.SetStdHandle.argtypes = (wintypes.DWORD, wintypes.HANDLE)
        kernel32.SetStdHandle.restype = wintypes.BOOL
        kernel32.SetStdHandle(_STD_INPUT_HANDLE, msvcrt.get_osfhandle(0))
    return descriptor
