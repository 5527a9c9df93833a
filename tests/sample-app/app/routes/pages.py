"""The page."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import app as package
from app.presentation import all_items
from app.uploads import store_upload

blueprint = Blueprint("pages", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Show the collection."""
    return render_template(
        "index.html", items=all_items(), version=package.__version__
    )


@blueprint.post("/")
def upload() -> ResponseReturnValue:
    """Take an upload from a browser without JavaScript."""
    count = len(store_upload(request.files.getlist("files")))
    flash(f"{count} file(s) added." if count else "Choose at least one file.")
    return redirect(url_for("pages.index"))
