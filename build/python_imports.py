"""List what Python files import when they are loaded.

Reads ``[{"path": ..., "source": ...}, ...]`` from standard input and writes
``{"python": [major, minor], "files": {path: {"imports": [...]} or {"error": ...}}}``.
An import is ``{"module", "level", "names", "line", "guarded"}``; it is guarded
when the file can do without it (in ``try`` with a handler for its failure, or
under an ``if``). Imports in function bodies do not count: they run later.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator

CATCHES_IMPORT_ERRORS = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}


def catches_import_errors(node: ast.Try) -> bool:
    """Tell whether a ``try`` survives a failed import in its body."""
    for handler in node.handlers:
        if handler.type is None:
            return True
        for caught in ast.walk(handler.type):
            if isinstance(caught, ast.Name) and caught.id in CATCHES_IMPORT_ERRORS:
                return True
    return False


def for_type_checkers(test: ast.expr) -> bool:
    """Tell whether a condition is ``TYPE_CHECKING``, which never holds at run time."""
    return any(
        (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING")
        or (isinstance(node, ast.Attribute) and node.attr == "TYPE_CHECKING")
        for node in ast.walk(test)
    )


def imports_of(body: list[ast.stmt], guarded: bool) -> Iterator[dict[str, object]]:
    """Yield the imports that run when `body` does."""
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield {"module": alias.name, "level": 0, "names": [], "line": node.lineno, "guarded": guarded}
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names]
            yield {
                "module": node.module or "",
                "level": node.level,
                "names": names,
                "line": node.lineno,
                "guarded": guarded,
            }
        elif isinstance(node, ast.Try):
            yield from imports_of(node.body, guarded or catches_import_errors(node))
            for handler in node.handlers:
                yield from imports_of(handler.body, True)
            yield from imports_of(node.orelse + node.finalbody, guarded)
        elif isinstance(node, ast.If):
            if not for_type_checkers(node.test):
                yield from imports_of(node.body, True)
            yield from imports_of(node.orelse, True)
        elif isinstance(node, (ast.For, ast.While)):
            yield from imports_of(node.body + node.orelse, True)
        elif isinstance(node, ast.With):
            # contextlib.suppress(ImportError), for one.
            yield from imports_of(node.body, True)
        elif isinstance(node, ast.ClassDef):
            yield from imports_of(node.body, guarded)


def describe(path: str, source: str) -> dict[str, object]:
    """Give one file's imports, or the reason why it cannot be read."""
    try:
        return {"imports": list(imports_of(ast.parse(source, path).body, False))}
    except (SyntaxError, ValueError) as error:
        return {"error": f"line {getattr(error, 'lineno', None) or '?'}: {getattr(error, 'msg', None) or error}"}


def main() -> None:
    """Answer the request on standard input."""
    request = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    files = {file["path"]: describe(file["path"], file["source"]) for file in request}
    answer = {"python": list(sys.version_info[:2]), "files": files}
    sys.stdout.buffer.write(json.dumps(answer).encode("utf-8"))


if __name__ == "__main__":
    main()
