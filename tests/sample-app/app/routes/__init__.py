"""The web server's routes."""
