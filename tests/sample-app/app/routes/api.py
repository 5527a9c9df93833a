"""JSON for programs."""

from __future__ import annotations

import os

from flask import Blueprint, current_app, jsonify, request, send_from_directory
from flask.typing import ResponseReturnValue

import app as package
from app.presentation import all_items, describe, one_item
from app.uploads import store_upload

blueprint = Blueprint("api", __name__)


@blueprint.post("/api/upload")
def upload() -> ResponseReturnValue:
    """Take one or more files in the form field ``files``."""
    items = store_upload(request.files.getlist("files"))
    if not items:
        return jsonify(error="Send at least one file as 'files'."), 400
    return jsonify(items=[describe(item, ()) for item in items]), 202


@blueprint.get("/api/items")
def list_items() -> ResponseReturnValue:
    """Return every item, newest first."""
    return jsonify(items=all_items())


@blueprint.get("/api/items/<int:item_id>")
def get_item(item_id: int) -> ResponseReturnValue:
    """Return one item."""
    item = one_item(item_id)
    if item is None:
        return jsonify(error=f"There is no item {item_id}."), 404
    return jsonify(item)


@blueprint.get("/thumbnails/<int:item_id>.jpg")
def thumbnail(item_id: int) -> ResponseReturnValue:
    """Return an item's picture."""
    folder = current_app.extensions["settings"].thumbnails
    return send_from_directory(folder, f"{item_id}.jpg")


@blueprint.get("/api/worker-health")
def worker_health() -> ResponseReturnValue:
    """Tell whether the worker process is alive."""
    try:
        os.kill(int(os.environ["MEDIAPARSER_WORKER_PID"]), 0)
    except (KeyError, ValueError, OSError):
        return jsonify(worker_alive=False), 503
    return jsonify(worker_alive=True)


@blueprint.get("/api/version")
def version() -> ResponseReturnValue:
    """Return the app's version."""
    settings = current_app.extensions["settings"]
    return jsonify(version=package.__version__, environment=settings.environment)


@blueprint.app_errorhandler(413)
def too_large(_error: Exception) -> ResponseReturnValue:
    """Say what the limit is."""
    limit = current_app.extensions["settings"].max_upload_mb
    return jsonify(error=f"An upload may hold {limit} MB at most."), 413
