"""Reading photos and videos."""
