"""What all widgets have in common: how they are shown, asked and translated."""

from practicum_widgets.surface.surface import Surface
from practicum_widgets.surface.twin import Node, h
from practicum_widgets.surface.words import Words, words_of

__all__ = ["Node", "Surface", "Words", "h", "words_of"]
