"""Check a CycloneDX 1.6 document from standard input against the official schema.

The schema comes with the package `cyclonedx-python-lib`; the exit code is 1,
and the finding is printed, when the document does not fit.
"""

from __future__ import annotations

import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def main() -> int:
    """Print the first finding, or nothing."""
    document = sys.stdin.buffer.read().decode("utf-8")
    finding = JsonStrictValidator(SchemaVersion.V1_6).validate_str(document)
    if finding is None:
        return 0
    print(finding)
    return 1


if __name__ == "__main__":
    sys.exit(main())
