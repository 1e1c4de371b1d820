"""The one truth of all widgets: ``<brief>.internship.json`` beside the notebook."""

from practicum_widgets.sidecar.store import Sidecar

__all__ = ["Sidecar"]
