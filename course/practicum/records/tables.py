"""The tables of the records. Types that every SQL database knows.

Rows are only ever added, except findings, which each grading of a submission replaces, and
drafts: the newest row of a subject counts, the others are its history. An invitation's row
learns when it was used or revoked.

Tables, not mapped classes: SQLAlchemy's mapper takes long to import, and each row is read into
a value of ours anyway.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

__all__ = [
    "ALLOCATIONS",
    "ANCHORS",
    "ASSESSMENTS",
    "AUDIT",
    "DECISIONS",
    "DRAFTS",
    "FEEDBACKS",
    "FINDINGS",
    "GRADINGS",
    "INVITATIONS",
    "LOGBOOKS",
    "MESSAGES",
    "METADATA",
    "OFFERS",
    "PLACEMENTS",
    "PUBLICATIONS",
    "RATINGS",
    "RECEIPTS",
    "RELEASES",
    "SECRETS",
    "SHEETS",
    "STATES",
    "SUBMISSIONS",
    "UPLOADS",
    "VISITS",
    "UtcDateTime",
]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, also where the database itself keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the time in UTC; a naive one is a mistake of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value} has no time zone"
            raise ValueError(message)
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (SQLAlchemy's signature)
        """Return the time as aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = MetaData(
    # Names of constraints that migrations can refer to.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _number() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def _name(name: str, *, index: bool = False) -> Column[str]:
    """Return a column for an id: of a brief, a person, a criterion."""
    return Column(name, String(64), nullable=False, index=index)


def _text(name: str, most: int | None = None) -> Column[str]:
    """Return a column for ``most`` characters, or for any number of them."""
    return Column(name, Text() if most is None else String(most), nullable=False)


def _time(name: str = "at") -> Column[datetime]:
    return Column(name, UtcDateTime, nullable=False)


RECEIPTS = Table(
    "receipts",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _time("received_at"),
    _text("sha256", 64),
    _text("source"),
    Column("files", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Index(None, "brief", "student"),
)
"""Submissions that have come in."""

STATES = Table(
    "states",
    METADATA,
    _number(),
    Column("receipt_id", Integer, ForeignKey("receipts.id"), nullable=False, index=True),
    _text("state", 16),
    _text("detail"),
    _time(),
)
"""The steps of submissions on the road: received, running, graded or error."""

PUBLICATIONS = Table(
    "publications",
    METADATA,
    _number(),
    _name("brief", index=True),
    _text("digest", 128),
    Column("proofs", JSON, nullable=False),
    _time(),
)
"""Briefs that were released to students."""

ASSESSMENTS = Table(
    "assessments",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _name("criterion"),
    _name("reviewer"),
    Column("level", Integer, nullable=False),
    _text("words"),
    _time(),
    Index(None, "brief", "student", "criterion", "reviewer"),
)
"""What one reviewer said about one criterion of one submission."""

DECISIONS = Table(
    "decisions",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _name("criterion"),
    Column("level", Integer, nullable=False),
    _text("reason"),
    _name("by"),
    _time(),
    Index(None, "brief", "student", "criterion"),
)
"""What instructors decided in moderation."""

GRADINGS = Table(
    "gradings",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _text("basis", 128),
    _text("work", 128),
    _text("executed", 128),
    _name("by"),
    Column("versions", JSON, nullable=False),
    _time(),
    Index(None, "brief", "student"),
)
"""What was graded, by whom and with which versions."""

FINDINGS = Table(
    "findings",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _text("cell"),
    _text("kind"),
    _text("message"),
    Index(None, "brief", "student"),
)
"""What grading noticed about submissions; each grading replaces its rows."""

RELEASES = Table(
    "releases",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _text("digest", 128),
    _time(),
    Index(None, "brief", "student"),
)
"""Feedback that students were given."""

AUDIT = Table(
    "audit",
    METADATA,
    _number(),
    _time(),
    _text("action", 64),
    _name("brief"),
    _name("student"),
    _name("by"),
    _text("detail"),
)
"""The log of all that was done."""

SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", String(64), primary_key=True),
    _text("value", 128),
)
"""Secrets of the course, made at first use and never shown."""

INVITATIONS = Table(
    "invitations",
    METADATA,
    _number(),
    _name("brief"),
    _name("reviewer"),
    _text("digest", 64),
    _time(),
    _time("expires"),
    Column("used", UtcDateTime, nullable=True),
    Column("revoked", UtcDateTime, nullable=True),
    Index(None, "digest", unique=True),
)
"""Links for reviewers; of a link only its digest is kept."""

VISITS = Table(
    "visits",
    METADATA,
    _number(),
    Column("invitation_id", Integer, ForeignKey("invitations.id"), nullable=False, index=True),
    _text("digest", 64),
    _time(),
    _time("expires"),
    Index(None, "digest", unique=True),
)
"""What the link was swapped for; of a cookie only its digest is kept."""

DRAFTS = Table(
    "drafts",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _name("reviewer"),
    Column("sheet", JSON, nullable=False),
    Column("revision", Integer, nullable=False),
    _time(),
    Index(None, "brief", "student", "reviewer", unique=True),
)
"""What a reviewer is writing about a submission."""

SHEETS = Table(
    "sheets",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _name("reviewer"),
    Column("sheet", JSON, nullable=False),
    _time(),
    Index(None, "brief", "student", "reviewer"),
)
"""What a reviewer has submitted about a submission, with all that was said before."""

ALLOCATIONS = Table(
    "allocations",
    METADATA,
    _number(),
    _name("brief", index=True),
    _name("student"),
    _name("reviewer"),
    _text("state", 16),
    _text("detail"),
    _name("by"),
    _time(),
)
"""Who is to judge what, and who is not to, because of a conflict of interest."""

ANCHORS = Table(
    "anchors",
    METADATA,
    _number(),
    _name("brief", index=True),
    _name("student"),
    Column("levels", JSON, nullable=False),
    Column("words", JSON, nullable=False),
    _name("by"),
    _time(),
)
"""Submissions whose levels instructors agreed on; no levels: it is an anchor no longer."""

MESSAGES = Table(
    "messages",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    _text("key", 40),
    _text("author", 16),
    _name("by"),
    _text("text"),
    _text("answers", 40),
    _time(),
    Index(None, "brief", "student", "key", unique=True),
)
"""Students' questions, and the answers of supervisors and instructors."""

RATINGS = Table(
    "ratings",
    METADATA,
    _number(),
    _name("brief", index=True),
    _name("student"),
    Column("rating", JSON, nullable=False),
    _time(),
)
"""What students said of the supervision."""

VARIANTS = Table(
    "variants",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    Column("parameters", JSON, nullable=False),
    _time(),
    Index(None, "brief", "student", unique=True),
)
"""The parameters that a student was given with a brief."""

OFFERS = Table(
    "offers",
    METADATA,
    _number(),
    _name("course"),
    _text("assignment", 128),
    Column("files", JSON, nullable=False),
    _text("sha256", 64),
    _name("by"),
    _time(),
    Index(None, "course", "assignment"),
)
"""Assignments that students may fetch; no files: it was taken back."""

UPLOADS = Table(
    "uploads",
    METADATA,
    Column("id", String(32), primary_key=True),
    _text("kind", 16),
    _name("course"),
    _text("assignment", 128),
    _name("student"),
    _text("about", 32),
    _text("key", 64),
    _text("fingerprint", 64),
    Column("files", JSON, nullable=False),
    _name("by", index=True),
    _time(),
)
"""What somebody has begun to send; the row is gone when it is complete or given up."""

SUBMISSIONS = Table(
    "submissions",
    METADATA,
    Column("id", String(32), primary_key=True),
    _name("course"),
    _text("assignment", 128),
    _name("student"),
    _text("key", 64),
    _text("fingerprint", 64),
    Column("files", JSON, nullable=False),
    _text("sha256", 64),
    Column("size", BigInteger, nullable=False),
    _name("by"),
    _time("received_at"),
    _text("receipt"),
    Column("removed_at", UtcDateTime),
    Index(None, "course", "assignment", "student", "key", unique=True),
)
"""What was handed in through the course's service, each with its signed receipt."""

FEEDBACKS = Table(
    "feedbacks",
    METADATA,
    _number(),
    _name("course"),
    _text("assignment", 128),
    _name("student"),
    _text("about", 32),
    _time("received_at"),
    Column("files", JSON, nullable=False),
    _text("sha256", 64),
    _name("by"),
    _time(),
    Index(None, "course", "assignment", "student"),
)
"""Feedback for its owner to fetch, on the submission that was received at that time."""

PLACEMENTS = Table(
    "placements",
    METADATA,
    _number(),
    _name("student"),
    _name("brief"),
    _text("state", 16),
    _text("words"),
    _name("by"),
    _time(),
    Index(None, "student", "brief"),
)
"""Applications for briefs and what was decided about them, in the course's service."""

LOGBOOKS = Table(
    "logbooks",
    METADATA,
    _number(),
    _name("brief"),
    _name("student"),
    Column("revision", Integer, nullable=False),
    Column("worked", JSON, nullable=False),
    _time(),
    Index(None, "brief", "student", unique=True),
)
"""Milestones and hours of students, as their widgets say; replaced by the next."""
