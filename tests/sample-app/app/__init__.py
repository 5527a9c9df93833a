"""MediaParser sorts a family's photos and videos."""

from __future__ import annotations

from flask import Flask

from app.extensions import db, tune_sqlite
from config import Settings

__version__ = "1.0.0"


def create_app(settings: Settings | None = None) -> Flask:
    """Build the app and make sure that its folders and tables exist."""
    settings = settings or Settings()
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY=settings.require_secret_key(),
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1024 * 1024,
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{settings.database.as_posix()}",
        TEMPLATES_AUTO_RELOAD=settings.environment == "development",
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.extensions["settings"] = settings
    for folder in (settings.instance, settings.originals, settings.thumbnails):
        folder.mkdir(parents=True, exist_ok=True)

    db.init_app(app)
    from app.routes import api, pages

    app.register_blueprint(api.blueprint)
    app.register_blueprint(pages.blueprint)
    with app.app_context():
        tune_sqlite(db.engine, settings.sqlite_busy_timeout_ms)
        db.create_all()
    return app
