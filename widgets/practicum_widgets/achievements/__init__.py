"""The achievement log: what I did, where it can be seen, and the skill that it shows."""

from practicum_widgets.achievements.widget import Achievements

__all__ = ["Achievements"]
