"""Tests of mediaparser_portable.process_check."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import unittest

from mediaparser_portable import process_check


def start(code: str) -> subprocess.Popen[bytes]:
    """Start Python with a line of code."""
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)


class ProcessCheckTest(unittest.TestCase):
    """os.kill(pid, 0) answers as POSIX does."""

    def tearDown(self) -> None:
        process_check._aliases.clear()

    def test_living_process_passes(self) -> None:
        child = start("input()")
        self.addCleanup(child.communicate, b"\n")
        self.assertIsNone(os.kill(child.pid, 0))
        self.assertIsNone(os.kill(os.getpid(), 0))

    def test_asking_leaves_the_process_alone(self) -> None:
        child = start("input()")
        os.kill(child.pid, 0)
        child.communicate(b"\n")
        self.assertEqual(child.returncode, 0)

    def test_ended_process_raises_although_it_is_still_held(self) -> None:
        child = start("pass")
        child.communicate()
        with self.assertRaises(ProcessLookupError):
            os.kill(child.pid, 0)

    def test_alias_answers_for_the_restarted_process(self) -> None:
        first = start("pass")
        first.communicate()
        second = start("input()")
        process_check.alias(first.pid, second.pid)
        self.assertIsNone(os.kill(first.pid, 0))
        second.communicate(b"\n")
        with self.assertRaises(ProcessLookupError):
            os.kill(first.pid, 0)

    def test_alias_of_a_pid_that_came_back_is_that_process(self) -> None:
        process_check.alias(os.getpid(), 2**22 - 3)
        process_check.alias(2**22 - 3, os.getpid())
        self.assertIsNone(os.kill(os.getpid(), 0))

    def test_other_signals_reach_the_process_itself(self) -> None:
        child = start("input()")
        process_check.alias(child.pid, os.getpid())
        os.kill(child.pid, signal.SIGTERM)
        child.communicate()
        self.assertNotEqual(child.returncode, 0)

    def test_import_is_cheap(self) -> None:
        code = (
            "import sys; import mediaparser_portable.process_check;"
            "costly = {'ctypes', 'signal', 'threading', 'typing'};"
            "print(sorted(costly & set(sys.modules)))"
        )
        output = subprocess.check_output([sys.executable, "-S", "-c", code])
        self.assertEqual(output.decode().strip(), "[]")

    @unittest.skipUnless(sys.platform == "win32", "needs Windows")
    def test_neighbour_of_a_pid_is_no_process(self) -> None:
        with self.assertRaises(ProcessLookupError):
            os.kill(os.getpid() + 1, 0)

    @unittest.skipUnless(sys.platform == "win32", "needs Windows")
    def test_impossible_pids_are_no_processes(self) -> None:
        for pid in (0, -1, 2**32 + os.getpid()):
            with self.assertRaises(ProcessLookupError):
                os.kill(pid, 0)


if __name__ == "__main__":
    unittest.main()
