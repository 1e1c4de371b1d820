"""Home: all of a student's briefs on one page, and what came of them."""

from practicum_widgets.home.widget import Home

__all__ = ["Home"]
