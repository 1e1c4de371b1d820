"""The depot: the files of the exchange, their ledger, and signed receipts.

``Depot`` takes releases, submissions and feedback from whoever has asked who sends them; it
knows owners and rules, but neither HTTP nor the hub.
"""

from practicum.depot.course_files import feedback_giver, newest_first, released
from practicum.depot.depot import Depot
from practicum.depot.files import FileStore, StorageFull, file_store
from practicum.depot.orders import (
    Begun,
    Done,
    Missing,
    Order,
    fingerprint,
    manifest_of,
    space_of,
)
from practicum.depot.rules import OWN, Rules
from practicum.depot.signing import ReceiptKey, check_receipt
from practicum.depot.sweeping import sweep, sweep_if_due

__all__ = [
    "OWN",
    "Begun",
    "Depot",
    "Done",
    "FileStore",
    "Missing",
    "Order",
    "ReceiptKey",
    "Rules",
    "StorageFull",
    "check_receipt",
    "feedback_giver",
    "file_store",
    "fingerprint",
    "manifest_of",
    "newest_first",
    "released",
    "space_of",
    "sweep",
    "sweep_if_due",
]
