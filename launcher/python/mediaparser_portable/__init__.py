"""What the launcher runs inside the app's Python.

Every Python start of the bundle imports this package (through
``mediaparser.pth``), so nothing costly may happen here.
"""
