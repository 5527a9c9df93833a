"""Serve the page: ``python run.py [--host HOST] [--port PORT]``."""

from __future__ import annotations

import argparse

from app import create_app
from app.extensions import close_database


def main() -> None:
    """Serve until Ctrl+C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5000)
    arguments = parser.parse_args()

    app = create_app()
    try:
        app.run(
            host=arguments.host,
            port=arguments.port,
            threaded=True,
            debug=False,
            use_reloader=False,
        )
    finally:
        close_database(app)


if __name__ == "__main__":
    main()
