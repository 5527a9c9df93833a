"""Makes ``os.kill(pid, 0)`` a true check whether a process is alive.

On Windows signal 0 is ``CTRL_C_EVENT``: the call sends Ctrl+C to a process
group, or raises for a process that lives. The app asks it the POSIX way, so
here it gets the POSIX answer: nothing, ``ProcessLookupError``, or
``PermissionError``.

``mediaparser.pth`` imports this module on each Python start of the bundle. It
is therefore cheap, cannot fail, and puts ctypes off until somebody asks.
"""

import os
import sys

_WINDOWS = sys.platform == "win32"
_SYNCHRONIZE = 0x0010_0000
_PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
_WAIT_OBJECT_0 = 0
_ERROR_ACCESS_DENIED = 5
_ERROR_INVALID_PARAMETER = 87

_real_kill = os.kill
_aliases: dict[int, int] = {}
_kernel32 = None


def alias(original_pid: int, current_pid: int) -> None:
    """Answer checks of ``original_pid`` for ``current_pid`` from now on.

    A worker that was restarted has a new PID, while the server may have read
    the first one when it started.
    """
    _aliases.pop(current_pid, None)
    if original_pid != current_pid:
        _aliases[original_pid] = current_pid
    os.kill = _kill


def _kill(pid: int, signal: int, /) -> None:
    # signal.CTRL_C_EVENT equals 0 as well, but is an enum member and means what
    # it says; a check is written with the plain number.
    if type(signal) is not int or signal != 0:
        _real_kill(pid, signal)
        return
    pid = _aliases.get(pid, pid)
    if _WINDOWS:
        check_windows_process(pid)
    else:
        _real_kill(pid, 0)


def check_windows_process(pid: int) -> None:
    """Return if the process runs.

    Raises:
        ProcessLookupError: There is no such process, or it has ended.
        PermissionError: It exists, but is not ours to look at.
    """
    import ctypes
    import errno

    missing = ProcessLookupError(errno.ESRCH, "No such process")
    if not 0 < pid < 2**32:
        raise missing
    kernel32 = _load_kernel32()
    handle = kernel32.OpenProcess(
        _SYNCHRONIZE | _PROCESS_QUERY_LIMITED_INFORMATION, False, pid
    )
    if not handle:
        code = ctypes.get_last_error()
        if code == _ERROR_INVALID_PARAMETER:
            raise missing
        if code == _ERROR_ACCESS_DENIED:
            raise PermissionError(errno.EPERM, "Operation not permitted")
        raise ctypes.WinError(code)
    try:
        # OpenProcess ignores the two lowest bits of a PID.
        if kernel32.GetProcessId(handle) != pid:
            raise missing
        # An ended process stays openable as long as anybody holds a handle.
        if kernel32.WaitForSingleObject(handle, 0) == _WAIT_OBJECT_0:
            raise missing
    finally:
        kernel32.CloseHandle(handle)


def _load_kernel32():
    global _kernel32
    if _kernel32 is None:
        import ctypes
        from ctypes import wintypes

        library = ctypes.WinDLL("kernel32", use_last_error=True)
        library.OpenProcess.argtypes = (
            wintypes.DWORD,
            wintypes.BOOL,
            wintypes.DWORD,
        )
        library.OpenProcess.restype = wintypes.HANDLE
        library.GetProcessId.argtypes = (wintypes.HANDLE,)
        library.GetProcessId.restype = wintypes.DWORD
        library.WaitForSingleObject.argtypes = (wintypes.HANDLE, wintypes.DWORD)
        library.WaitForSingleObject.restype = wintypes.DWORD
        library.CloseHandle.argtypes = (wintypes.HANDLE,)
        library.CloseHandle.restype = wintypes.BOOL
        _kernel32 = library
    return _kernel32


if _WINDOWS:
    os.kill = _kill
