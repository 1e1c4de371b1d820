"""The student's desk: widgets that carry a micro-internship from goals to hand-in.

    from practicum_widgets import BriefCard
    BriefCard()

Each widget is a folder here: its Python, its JavaScript, its CSS, its words and a page to test it
on. All of them keep what a student writes in one file, ``<brief>.internship.json``, beside the
notebook. A widget is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from practicum_widgets.achievements.widget import Achievements
    from practicum_widgets.brief_card.widget import BriefCard
    from practicum_widgets.contacts.widget import Contacts
    from practicum_widgets.desk import Desk
    from practicum_widgets.feedback.widget import Feedback
    from practicum_widgets.hand_in.widget import HandIn
    from practicum_widgets.home.widget import Home
    from practicum_widgets.messages.widget import Messages
    from practicum_widgets.milestones.widget import Milestones
    from practicum_widgets.objectives.widget import Objectives
    from practicum_widgets.self_assessment.widget import SelfAssessment

__all__ = (
    "Achievements",
    "BriefCard",
    "Contacts",
    "Desk",
    "Feedback",
    "HandIn",
    "Home",
    "Messages",
    "Milestones",
    "Objectives",
    "SelfAssessment",
)

__version__ = "0.1.0"

_PLACES = {
    "Achievements": "practicum_widgets.achievements.widget",
    "BriefCard": "practicum_widgets.brief_card.widget",
    "Contacts": "practicum_widgets.contacts.widget",
    "Desk": "practicum_widgets.desk",
    "Feedback": "practicum_widgets.feedback.widget",
    "HandIn": "practicum_widgets.hand_in.widget",
    "Home": "practicum_widgets.home.widget",
    "Messages": "practicum_widgets.messages.widget",
    "Milestones": "practicum_widgets.milestones.widget",
    "Objectives": "practicum_widgets.objectives.widget",
    "SelfAssessment": "practicum_widgets.self_assessment.widget",
}


def __getattr__(name: str) -> object:
    """Import a widget when it is asked for: a notebook pays for what it shows."""
    if name not in _PLACES:
        message = f"module 'practicum_widgets' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    """List what can be asked for."""
    return sorted(__all__)
