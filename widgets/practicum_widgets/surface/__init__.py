"""What all widgets have in common: how they are shown, asked and translated."""

from practicum_widgets.surface.entries import entry_actions
from practicum_widgets.surface.panel import Asked, Panel
from practicum_widgets.surface.surface import Action, Surface
from practicum_widgets.surface.twin import Node, h
from practicum_widgets.surface.words import Words, words_of

__all__ = ["Action", "Asked", "Node", "Panel", "Surface", "Words", "entry_actions", "h", "words_of"]
