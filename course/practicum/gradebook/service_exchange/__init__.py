"""nbgrader's exchange, by the course's service instead of a folder that everybody can write to.

Named in a configuration (``ExchangeFactory.submit`` and so on, ``Authenticator.plugin_class``),
it lets nbgrader's commands, its Assignment List and formgrader work as they are. It runs in
students' servers: it speaks HTTP, and needs neither the records nor the service's libraries.
"""

from practicum.gradebook.service_exchange.assignments import (
    ExchangeFetchAssignment,
    ExchangeReleaseAssignment,
)
from practicum.gradebook.service_exchange.auth import ServiceAuthPlugin
from practicum.gradebook.service_exchange.base import Exchange
from practicum.gradebook.service_exchange.feedback import (
    ExchangeFetchFeedback,
    ExchangeReleaseFeedback,
    FeedbackByPracticum,
)
from practicum.gradebook.service_exchange.listing import ExchangeList
from practicum.gradebook.service_exchange.submissions import ExchangeCollect, ExchangeSubmit

__all__ = [
    "Exchange",
    "ExchangeCollect",
    "ExchangeFetchAssignment",
    "ExchangeFetchFeedback",
    "ExchangeList",
    "ExchangeReleaseAssignment",
    "ExchangeReleaseFeedback",
    "ExchangeSubmit",
    "FeedbackByPracticum",
    "ServiceAuthPlugin",
]
