"""Messages: questions to the supervisor, and answers, as a thread."""

from practicum_widgets.messages.widget import Messages

__all__ = ["Messages"]
