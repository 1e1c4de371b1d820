"""The widgets of a practicum course. There are none yet.

Each will be a folder here: its Python, its JavaScript, its CSS and a page to test it on.
"""

__all__ = ()

__version__ = "0.1.0"
