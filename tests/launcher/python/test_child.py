"""Tests of mediaparser_portable.child, on real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

POSIX = sys.platform != "win32"
LIMIT = 60


class ChildTest(unittest.TestCase):
    """A script under the launcher's control."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory(prefix="ünï & co ")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, code: str) -> Path:
        """Write a script."""
        path = self.folder / name
        path.write_text(textwrap.dedent(code), encoding="utf-8")
        return path

    def start(
        self, code: str, *arguments: str, wait: str | None = None, **options
    ) -> subprocess.Popen[str]:
        """Start a script as the launcher does."""
        options.setdefault("env", dict(os.environ))
        options["env"].pop("MEDIAPARSER_WORKER_PID", None)
        options["env"].update(options.pop("variables", {}))
        child = subprocess.Popen(
            [
                sys.executable,
                *("-u", "-X", "utf8", "-s", "-m", "mediaparser_portable.child"),
                *(("--wait", wait) if wait is not None else ()),
                str(self.write("script.py", code)),
                *arguments,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            **options,
        )
        self.addCleanup(self.end, child)
        return child

    def end(self, child: subprocess.Popen[str]) -> None:
        """Make sure that nothing stays."""
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout, child.stderr):
            pipe.close()

    def order(self, child: subprocess.Popen[str], line: str) -> None:
        """Send an order."""
        child.stdin.write(line + "\n")
        child.stdin.flush()

    def result(self, child: subprocess.Popen[str]) -> tuple[int, str, str]:
        """Wait for the end without closing the control pipe."""
        code = child.wait(LIMIT)
        return code, child.stdout.read(), child.stderr.read()

    def test_script_runs_as_python_would_run_it(self) -> None:
        self.write("neighbour.py", "name = 'found'")
        child = self.start(
            """
            import neighbour, os, sys
            print(__name__, os.path.basename(__file__), sys.argv[1:],
                  neighbour.name, os.path.basename(sys.argv[0]))
            """,
            "--port",
            "5000",
        )
        self.assertEqual(
            self.result(child),
            (0, "__main__ script.py ['--port', '5000'] found script.py\n", ""),
        )

    def test_exit_code_passes(self) -> None:
        child = self.start("raise SystemExit(7)")
        self.assertEqual(self.result(child), (7, "", ""))

    def test_error_keeps_its_traceback(self) -> None:
        code, _, errors = self.result(self.start("1 / 0"))
        self.assertEqual(code, 1)
        self.assertIn("script.py", errors)
        self.assertIn("ZeroDivisionError", errors)

    SLEEPER = """
        import time
        try:
            print("ready")
            time.sleep(600)
        finally:
            print("finally")
        """

    def test_stop_wakes_a_sleeping_script_at_once(self) -> None:
        child = self.start(self.SLEEPER)
        self.assertEqual(child.stdout.readline(), "ready\n")
        self.order(child, "stop")
        self.assertEqual(self.result(child), (0, "finally\n", ""))

    def test_launcher_that_dies_stops_the_script(self) -> None:
        child = self.start(self.SLEEPER)
        child.stdout.readline()
        child.stdin.close()
        self.assertEqual(self.result(child), (0, "finally\n", ""))

    def test_stop_interrupts_once(self) -> None:
        child = self.start(
            """
            import signal, time
            count = 0
            def handle(*_):
                global count
                count += 1
            signal.signal(signal.SIGINT, handle)
            print("ready")
            end = time.monotonic() + 1
            while time.monotonic() < end:
                time.sleep(0.01)
            print(count)
            """
        )
        child.stdout.readline()
        self.order(child, "stop\nstop")
        child.stdin.close()
        self.assertEqual(self.result(child), (0, "1\n", ""))

    def test_stop_is_not_lost_where_python_drops_exceptions(self) -> None:
        child = self.start(
            """
            import time

            class Slow:
                def __del__(self):
                    print("in a callback", flush=True)
                    time.sleep(600)

            slow = Slow()
            del slow
            time.sleep(600)
            """
        )
        self.assertEqual(child.stdout.readline().strip(), "in a callback")
        self.order(child, "stop")
        code, _, errors = self.result(child)
        self.assertEqual((code, errors), (0, ""))

    def test_stop_during_an_import_leaves_no_traceback(self) -> None:
        self.write("slow.py", "import time\nprint('in')\ntime.sleep(600)")
        child = self.start("import slow")
        self.assertEqual(child.stdout.readline(), "in\n")
        self.order(child, "stop")
        self.assertEqual(self.result(child), (0, "", ""))

    def test_stop_reaches_a_script_whose_threads_are_all_that_is_left(self) -> None:
        child = self.start(
            """
            import os, threading, time
            threading.Thread(target=lambda: time.sleep(1)).start()
            print("ready")
            """
        )
        child.stdout.readline()
        self.order(child, "stop")
        self.assertEqual(self.result(child), (0, "", ""))

    def test_worker_pid_reaches_environment_and_check(self) -> None:
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        child = self.start(
            f"""
            import os, time
            first = os.environ["MEDIAPARSER_WORKER_PID"]
            print("ready")
            while os.environ["MEDIAPARSER_WORKER_PID"] == first:
                time.sleep(0.01)
            print(os.environ["MEDIAPARSER_WORKER_PID"])
            os.kill(int(first), 0)
            print("alive")
            """,
            variables={"MEDIAPARSER_WORKER_PID": str(dead.pid)},
        )
        child.stdout.readline()
        self.order(child, f"worker-pid {os.getpid()}")
        self.assertEqual(
            self.result(child), (0, f"{os.getpid()}\nalive\n", "")
        )

    def test_unknown_orders_change_nothing(self) -> None:
        child = self.start("input_seen = 1\nimport time; time.sleep(0.3)")
        self.order(child, "dance\nworker-pid x\n")
        self.assertEqual(self.result(child), (0, "", ""))

    def test_grandchildren_do_not_get_the_control_pipe(self) -> None:
        child = self.start(
            """
            import subprocess, sys
            read = "import sys; print(repr(sys.stdin.read()))"
            for options in ({}, {"close_fds": False}):
                output = subprocess.run(
                    [sys.executable, "-c", read], stdout=subprocess.PIPE,
                    **options)
                print(output.stdout.decode().strip())
            """
        )
        self.assertEqual(self.result(child), (0, "''\n''\n", ""))

    def test_wait_imports_first_and_runs_at_go(self) -> None:
        # The name exists as a module and would show itself.
        self.write("warm.py", "print('warm')")
        path = os.pathsep.join([str(self.folder), *sys.path])
        child = self.start(
            "import warm; print('script')",
            wait="no_such_module,warm",
            variables={"PYTHONPATH": path},
        )
        if not sys.flags.safe_path:
            self.assertEqual(child.stdout.readline(), "warm\n")
        self.assertIsNone(child.poll())
        self.order(child, "go")
        code, output, _ = self.result(child)
        self.assertEqual((code, output.splitlines()[-1]), (0, "script"))

    def test_stop_and_end_of_pipe_end_the_wait(self) -> None:
        for close in (False, True):
            child = self.start("print('script')", wait="json")
            if close:
                child.stdin.close()
            else:
                self.order(child, "stop")
            self.assertEqual(self.result(child), (0, "", ""))

    @unittest.skipIf(POSIX, "needs Windows")
    def test_closing_the_window_stops_the_script_in_order(self) -> None:
        # Windows calls a console handler in a thread of its own, as here.
        for event in (2, 5, 6):
            child = self.start(
                f"""
                import ctypes, time
                from mediaparser_portable import windows_console
                address = ctypes.cast(windows_console._handler, ctypes.c_void_p)
                try:
                    ctypes.windll.kernel32.CreateThread(
                        None, 0, address, ctypes.c_void_p({event}), 0, None)
                    time.sleep(600)
                finally:
                    time.sleep(0.2)
                    print("finally")
                """
            )
            self.assertEqual(self.result(child), (0, "finally\n", ""))

    @unittest.skipIf(POSIX, "needs Windows")
    def test_console_ctrl_c_does_not_reach_the_script(self) -> None:
        child = self.start(
            """
            import ctypes, time
            ctypes.windll.kernel32.GenerateConsoleCtrlEvent(0, 0)
            time.sleep(0.5)
            print("still here")
            """,
            creationflags=subprocess.CREATE_NEW_CONSOLE,
        )
        self.assertEqual(self.result(child), (0, "still here\n", ""))

    @unittest.skipUnless(POSIX, "needs POSIX signals")
    def test_interrupt_nobody_asked_for_is_not_hidden(self) -> None:
        child = self.start(self.SLEEPER)
        child.stdout.readline()
        child.send_signal(signal.SIGINT)
        code, _, errors = self.result(child)
        self.assertNotEqual(code, 0)
        self.assertIn("KeyboardInterrupt", errors)

    @unittest.skipUnless(POSIX, "needs POSIX signals")
    def test_stop_works_where_the_interrupt_was_ignored(self) -> None:
        child = self.start(
            self.SLEEPER,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        )
        child.stdout.readline()
        self.order(child, "stop")
        self.assertEqual(self.result(child), (0, "finally\n", ""))

    @unittest.skipUnless(POSIX, "selects on pipes")
    def test_stop_wakes_a_script_in_select(self) -> None:
        child = self.start(
            "import select; print('ready'); select.select([], [], [], 600)"
        )
        child.stdout.readline()
        self.order(child, "stop")
        self.assertEqual(self.result(child), (0, "", ""))

    @unittest.skipUnless(POSIX, "needs process groups")
    def test_script_and_grandchildren_are_a_group_of_their_own(self) -> None:
        child = self.start(
            """
            import os, subprocess, time
            grandchild = subprocess.Popen(["sleep", "600"])
            print(os.getpgid(grandchild.pid) == os.getpgid(0) == os.getpid())
            time.sleep(600)
            """
        )
        self.assertEqual(child.stdout.readline(), "True\n")
        os.killpg(child.pid, signal.SIGKILL)
        self.result(child)  # the pipes end only when the grandchild has


if __name__ == "__main__":
    unittest.main()
