"""The tables of the records. Types that every SQL database knows.

Rows are only ever added, except findings, which each grading of a submission replaces, and
drafts: the newest row of a subject counts, the others are its history. An invitation's row
learns when it was used or revoked.

Tables, not mapped classes: SQLAlchemy's mapper takes long to import, and each row is read into
a value of ours anyway.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, String, Table

from practicum.records.columns import (
    METADATA,
    UtcDateTime,
    name_column,
    number_column,
    text_column,
    time_column,
)

__all__ = [
    "ALLOCATIONS",
    "ANCHORS",
    "ASSESSMENTS",
    "AUDIT",
    "DECISIONS",
    "DRAFTS",
    "FINDINGS",
    "GRADINGS",
    "INVITATIONS",
    "MESSAGES",
    "PUBLICATIONS",
    "RATINGS",
    "RECEIPTS",
    "RELEASES",
    "SECRETS",
    "SHEETS",
    "STATES",
    "VISITS",
]

RECEIPTS = Table(
    "receipts",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    time_column("received_at"),
    text_column("sha256", 64),
    text_column("source"),
    Column("files", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Index(None, "brief", "student"),
)
"""Submissions that have come in."""

STATES = Table(
    "states",
    METADATA,
    number_column(),
    Column("receipt_id", Integer, ForeignKey("receipts.id"), nullable=False, index=True),
    text_column("state", 16),
    text_column("detail"),
    time_column(),
)
"""The steps of submissions on the road: received, running, graded or error."""

PUBLICATIONS = Table(
    "publications",
    METADATA,
    number_column(),
    name_column("brief", index=True),
    text_column("digest", 128),
    Column("proofs", JSON, nullable=False),
    time_column(),
)
"""Briefs that were released to students."""

ASSESSMENTS = Table(
    "assessments",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    name_column("criterion"),
    name_column("reviewer"),
    Column("level", Integer, nullable=False),
    text_column("words"),
    time_column(),
    Index(None, "brief", "student", "criterion", "reviewer"),
)
"""What one reviewer said about one criterion of one submission."""

DECISIONS = Table(
    "decisions",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    name_column("criterion"),
    Column("level", Integer, nullable=False),
    text_column("reason"),
    name_column("by"),
    time_column(),
    Index(None, "brief", "student", "criterion"),
)
"""What instructors decided in moderation."""

GRADINGS = Table(
    "gradings",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    text_column("basis", 128),
    text_column("work", 128),
    text_column("executed", 128),
    name_column("by"),
    Column("versions", JSON, nullable=False),
    time_column(),
    Index(None, "brief", "student"),
)
"""What was graded, by whom and with which versions."""

FINDINGS = Table(
    "findings",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    text_column("cell"),
    text_column("kind"),
    text_column("message"),
    Index(None, "brief", "student"),
)
"""What grading noticed about submissions; each grading replaces its rows."""

RELEASES = Table(
    "releases",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    text_column("digest", 128),
    time_column(),
    Index(None, "brief", "student"),
)
"""Feedback that students were given."""

AUDIT = Table(
    "audit",
    METADATA,
    number_column(),
    time_column(),
    text_column("action", 64),
    name_column("brief"),
    name_column("student"),
    name_column("by"),
    text_column("detail"),
)
"""The log of all that was done."""

SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", String(64), primary_key=True),
    text_column("value", 128),
)
"""Secrets of the course, made at first use and never shown."""

INVITATIONS = Table(
    "invitations",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("reviewer"),
    text_column("digest", 64),
    time_column(),
    time_column("expires"),
    Column("used", UtcDateTime, nullable=True),
    Column("revoked", UtcDateTime, nullable=True),
    Index(None, "digest", unique=True),
)
"""Links for reviewers; of a link only its digest is kept."""

VISITS = Table(
    "visits",
    METADATA,
    number_column(),
    Column("invitation_id", Integer, ForeignKey("invitations.id"), nullable=False, index=True),
    text_column("digest", 64),
    time_column(),
    time_column("expires"),
    Index(None, "digest", unique=True),
)
"""What the link was swapped for; of a cookie only its digest is kept."""

DRAFTS = Table(
    "drafts",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    name_column("reviewer"),
    Column("sheet", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    time_column(),
    Index(None, "brief", "student", "reviewer", unique=True),
)
"""What a reviewer is writing about a submission."""

SHEETS = Table(
    "sheets",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    name_column("reviewer"),
    Column("sheet", JSON, nullable=False),
    time_column(),
    Index(None, "brief", "student", "reviewer"),
)
"""What a reviewer has submitted about a submission, with all that was said before."""

ALLOCATIONS = Table(
    "allocations",
    METADATA,
    number_column(),
    name_column("brief", index=True),
    name_column("student"),
    name_column("reviewer"),
    text_column("state", 16),
    text_column("detail"),
    name_column("by"),
    time_column(),
)
"""Who is to judge what, and who is not to, because of a conflict of interest."""

ANCHORS = Table(
    "anchors",
    METADATA,
    number_column(),
    name_column("brief", index=True),
    name_column("student"),
    Column("levels", JSON, nullable=False),
    Column("words", JSON, nullable=False),
    name_column("by"),
    time_column(),
)
"""Submissions whose levels instructors agreed on; no levels: it is an anchor no longer."""

MESSAGES = Table(
    "messages",
    METADATA,
    number_column(),
    name_column("brief"),
    name_column("student"),
    text_column("key", 40),
    text_column("author", 16),
    name_column("by"),
    text_column("text"),
    text_column("answers", 40),
    time_column(),
    Index(None, "brief", "student", "key", unique=True),
)
"""Students' questions, and the answers of supervisors and instructors."""

RATINGS = Table(
    "ratings",
    METADATA,
    number_column(),
    name_column("brief", index=True),
    name_column("student"),
    Column("rating", JSON, nullable=False),
    time_column(),
)
"""What students said of the supervision."""
