"""Contacts and reflection: people met, what is to follow, and a guided look back."""

from practicum_widgets.contacts.widget import Contacts

__all__ = ["Contacts"]
