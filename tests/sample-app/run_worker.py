"""Process what was uploaded: ``python run_worker.py``."""

from __future__ import annotations

import logging

from huey.consumer import Consumer

from app.extensions import close_database
from app.tasks import flask_app, huey, resume_unfinished
from config import Settings


class GracefulConsumer(Consumer):
    """A consumer that ends as soon as the running tasks are done."""

    def stop(self, graceful: bool = False) -> None:
        """Stop; Huey would also wait for its idle scheduler's next tick."""
        self.stop_flag.set()
        if graceful:
            self._logger.info("Finishing the running tasks...")
            for _, thread in self.worker_threads:
                thread.join()


def main() -> None:
    """Work until Ctrl+C; the task that runs by then is finished."""
    logging.basicConfig(
        level=logging.INFO, format="%(levelname)s %(name)s: %(message)s"
    )
    app = flask_app()
    resume_unfinished()
    consumer = GracefulConsumer(
        huey,
        workers=Settings().workers,
        worker_type="thread",
        periodic=False,
        initial_delay=0.1,
        backoff=1.1,
        max_delay=0.25,
    )
    try:
        consumer.run()
    finally:
        close_database(app)


if __name__ == "__main__":
    main()
