"""The brief card: what the employer wants, by when, for what, and how it will be judged."""

from practicum_widgets.brief_card.widget import BriefCard

__all__ = ["BriefCard"]
