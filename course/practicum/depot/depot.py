"""The depot: files in, receipts out; nothing gets a receipt before it is kept for good."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from practicum.depot.files import FileStore, file_store
from practicum.depot.orders import (
    Begun,
    Done,
    Missing,
    Order,
    fingerprint,
    manifest_of,
    space_of,
)
from practicum.depot.rules import OWN, Rules, check_manifest
from practicum.depot.signing import KEY_FILE, ReceiptKey
from practicum.errors import BadSubmission, Conflict, UnknownName
from practicum.file_names import NamesDigest, shown
from practicum.records import Given, HandedIn, Ledger, SentFile, SoFar, Upload

if TYPE_CHECKING:
    from practicum.course import Course

__all__ = ["MOST_UPLOADS", "Depot", "RulesOf"]

MOST_UPLOADS: Final = 8
"""So many uploads of one person wait to be completed; the oldest is given up for another one."""
MOST_OWN_UPLOADS: Final = 1_000
"""The same, for what the course itself sends."""
MOST_PIECES: Final = 2_000
"""So many pieces of one file: each is a file of its own until the last one is there."""

RulesOf = Callable[[Upload], Rules]
"""Tells the rules for an upload, as they are when it is completed."""


class Depot:
    """Files and ledger of the exchange.

    A receipt's time is the server's. When its clock is set back, ``received_at`` is still later
    than that of the newest submission of the same student and assignment: whoever is later in
    the ledger was later in truth, and the newest one counts.

    Args:
        files: A folder, an address of fsspec, or a store.
        ledger: The course's records, open.
        key: What receipts are signed with.

    """

    def __init__(self, files: str | Path | FileStore, ledger: Ledger, key: ReceiptKey) -> None:
        self.files = file_store(files) if isinstance(files, str | Path) else files
        self.ledger = ledger
        self.key = key
        self.swept_at: float | None = None

    @classmethod
    def of(cls, course: Course, ledger: Ledger) -> Depot:
        """Return the depot of a course, where the ``hub:`` section says.

        Raises:
            BadInput: Its files or its key cannot be used, or the course has no such section.

        """
        if course.settings.hub is None:
            message = "course.yml has no `hub:` section"
            raise UnknownName("section", message, ())
        place = course.settings.hub.files
        if "://" not in place:
            place = os.path.normpath(course.root.absolute() / place)
        return cls(place, ledger, ReceiptKey.read(course.work / KEY_FILE))

    def begin(
        self, order: Order, rules: Rules = OWN, contents: Mapping[str, bytes] | None = None
    ) -> Begun:
        """Take a manifest, and as many contents (by digest) as came with it.

        Where nothing is missing then, it is completed at once. The same key again finds what
        was begun, or done, before.

        Raises:
            BadSubmission: The rules refuse it, or a content is not what its digest says.
            Conflict: The key was used for other files, or the release is there already.
            StorageFull: The files cannot be kept.

        """
        check_manifest(order.files, rules)
        wanted = Upload.model_validate(
            order.model_dump(exclude={"replace"})
            | {
                "id": secrets.token_hex(16),
                "fingerprint": fingerprint(order.files),
                "at": datetime.now(UTC),
            }
        )
        if done := self._done_before(wanted, rules, replace=order.replace):
            return Begun(id=getattr(done, "id", wanted.id), done=done)
        space = space_of(wanted)
        if rules is not OWN:
            self._make_room(space, wanted, rules)
        self._keep_all(space, order.files, contents or {})
        if not self._absent(space, order.files):
            return Begun(id=wanted.id, done=self._complete(wanted, rules))
        most = MOST_UPLOADS if rules is not OWN else MOST_OWN_UPLOADS
        upload, given_up = self.ledger.open_upload(wanted, most)
        for one in given_up:
            self.files.remove(f".uploads/{one.id}")
        missing = (
            Missing(sha256=file.sha256, have=self._have(upload.id, file.sha256))
            for file in self._absent(space, order.files)
        )
        return Begun(id=upload.id, missing=tuple(missing))

    def have(self, number: str, by: str, sha256: str) -> int:
        """Return how many bytes of a file of an upload are here.

        Raises:
            UnknownName: There is no such upload of that person, or no such file in it.

        """
        upload, file = self._sought(number, by, sha256)
        if self.files.size(f"{space_of(upload)}/{sha256}") == file.size:
            return file.size
        return self._have(number, sha256)

    def piece(self, number: str, by: str, sha256: str, offset: int, data: bytes) -> int:
        """Keep a piece of a file; return how many bytes of the file are here then.

        A piece that begins elsewhere than where the last one ended is not taken; the number
        returned tells where to go on.

        Raises:
            UnknownName: There is no such upload of that person, or no such file in it.
            BadSubmission: There is more than the manifest said, or it is something else.
            StorageFull: It cannot be kept.

        """
        upload, file = self._sought(number, by, sha256)
        have = self.have(number, by, sha256)
        if offset != have or have == file.size:
            return have
        if have + len(data) > file.size:
            raise BadSubmission(
                f"{shown(file.path)}: more than the {file.size:,} bytes it was to be"
            )
        if data:
            if len(self._pieces(number, sha256)) >= MOST_PIECES:
                raise BadSubmission(f"{shown(file.path)}: begin again, and send larger pieces")
            self.files.put(f".uploads/{number}/{sha256}/{offset:015d}", (data,))
        have = self._have(number, sha256)
        if have == file.size:
            self._assemble(upload, file)
        return have

    def commit(self, number: str, by: str, rules_of: RulesOf) -> Done:
        """Complete an upload; again, it answers the same.

        Raises:
            UnknownName: There is no such upload of that person.
            BadSubmission: Something is missing, or the rules refuse it now.

        """
        upload = self.ledger.upload(number)
        if upload is None:
            taken = self.ledger.submission(number)
            if taken is None or taken.by != by:
                raise UnknownName("upload", number, ())
            return taken
        if upload.by != by:
            raise UnknownName("upload", number, ())
        done = self._complete(upload, rules_of(upload))
        self.files.remove(f".uploads/{number}")
        return done

    def give_back(  # noqa: PLR0913 (what there is to know about feedback)
        self,
        course: str,
        assignment: str,
        student: str,
        *,
        received_at: datetime,
        pages: Mapping[str, bytes],
        by: str,
    ) -> Given:
        """Give feedback on the submission that was received at that time, however it came.

        Raises:
            StorageFull: The pages cannot be kept.

        """
        contents = {hashlib.sha256(page).hexdigest(): page for page in pages.values()}
        order = Order(
            kind="feedback",
            course=course,
            assignment=assignment,
            student=student,
            key=secrets.token_hex(16),
            files=manifest_of(pages),
            by=by,
        )
        check_manifest(order.files, OWN)
        wanted = Upload.model_validate(
            order.model_dump(exclude={"replace"})
            | {"id": order.key, "fingerprint": fingerprint(order.files), "at": received_at}
        )
        self._keep_all(space_of(wanted), order.files, contents)
        return self._complete_feedback(wanted, received_at)

    def read(self, of: Done, sha256: str, start: int = 0) -> Iterator[bytes]:
        """Yield a file of what is done, from a byte on.

        Raises:
            UnknownName: It has no such file.

        """
        if all(file.sha256 != sha256 for file in of.files):
            raise UnknownName("file", sha256, ())
        return self.files.read(f"{space_of(of)}/{sha256}", start)

    def _done_before(self, wanted: Upload, rules: Rules, *, replace: bool) -> Done | None:
        """Return what was done with this key; refuse early what would be refused at the end."""
        if wanted.kind == "submission":
            if found := self.ledger.by_key(wanted):
                return found
            before = self.ledger.so_far(wanted.course, wanted.student, wanted.assignment)
            rules.check(datetime.now(UTC), before, wanted.files)
        if wanted.kind == "release":
            offer = self.ledger.offer(wanted.course, wanted.assignment)
            if offer and fingerprint(offer.files) == wanted.fingerprint:
                return offer
            if offer and not replace:
                raise Conflict(
                    f"{wanted.assignment}: released already, with other files: replace them on "
                    "purpose (nbgrader: --force)"
                )
        return None

    def _make_room(self, space: str, wanted: Upload, rules: Rules) -> None:
        """Remove what the student sent and never completed, once that is a great deal.

        What has a receipt stays, and so does what belongs to an upload that is open.
        """
        counted = self.ledger.so_far(wanted.course, wanted.student)
        lying = self.files.below(space)
        loose = MOST_UPLOADS + 1
        if (
            sum(size for _, size, _ in lying) <= counted.size + loose * rules.size
            and len(lying) <= counted.files + loose * rules.files
        ):
            return

        def remove() -> None:
            kept = self.ledger.files_of(wanted.course, "submission", wanted.student)
            for name, _, _ in lying:
                if name not in kept:
                    self.files.remove(f"{space}/{name}")

        self.ledger.alone(remove)

    def _keep_all(
        self, space: str, files: Sequence[SentFile], contents: Mapping[str, bytes]
    ) -> None:
        wanted = {file.sha256: file for file in files}
        empty = hashlib.sha256(b"").hexdigest()
        given = {**contents, **({empty: b""} if empty in wanted else {})}
        for sha256, content in given.items():
            file = wanted.get(sha256)
            if file is None:
                raise BadSubmission("a content that no file of the manifest names")
            if len(content) != file.size or hashlib.sha256(content).hexdigest() != sha256:
                raise BadSubmission(f"{shown(file.path)}: its content is not what its digest says")
        for sha256, content in given.items():
            if self.files.size(f"{space}/{sha256}") != len(content):
                self.files.put(f"{space}/{sha256}", (content,))

    def _absent(self, space: str, files: Iterable[SentFile]) -> tuple[SentFile, ...]:
        once = {file.sha256: file for file in files}
        return tuple(
            file for file in once.values() if self.files.size(f"{space}/{file.sha256}") != file.size
        )

    def _sought(self, number: str, by: str, sha256: str) -> tuple[Upload, SentFile]:
        upload = self.ledger.upload(number)
        if upload is None or upload.by != by:
            raise UnknownName("upload", number, ())
        for file in upload.files:
            if file.sha256 == sha256:
                return upload, file
        raise UnknownName("file", sha256, ())

    def _pieces(self, number: str, sha256: str) -> tuple[str, ...]:
        """Return the pieces that follow each other without a gap."""
        found = {int(n): size for n, size, _ in self.files.below(f".uploads/{number}/{sha256}")}
        at, names = 0, []
        while size := found.get(at, 0):
            names.append(f".uploads/{number}/{sha256}/{at:015d}")
            at += size
        return tuple(names)

    def _have(self, number: str, sha256: str) -> int:
        return sum(self.files.size(name) or 0 for name in self._pieces(number, sha256))

    def _assemble(self, upload: Upload, file: SentFile) -> None:
        def content() -> Iterator[bytes]:
            sha = hashlib.sha256()
            for name in self._pieces(upload.id, file.sha256):
                for chunk in self.files.read(name):
                    sha.update(chunk)
                    yield chunk
            if sha.hexdigest() != file.sha256:
                raise BadSubmission(
                    f"{shown(file.path)}: it is not what its digest says: send it again"
                )

        pieces, place = f".uploads/{upload.id}/{file.sha256}", f"{space_of(upload)}/{file.sha256}"
        try:
            self.files.put(place, content())
        except (BadSubmission, FileNotFoundError):
            if self.files.size(place) != file.size:  # else somebody else was quicker
                self.files.remove(pieces)
                raise
        self.files.remove(pieces)

    def _complete(self, upload: Upload, rules: Rules) -> Done:
        space = space_of(upload)
        self._check_there(space, upload)
        sha256 = self._digest(space, upload.files)
        if upload.kind == "release":
            return self.ledger.put_on_offer(upload, sha256, replace=True)
        if upload.kind == "feedback":
            about = self.ledger.submission(upload.about)
            if about is None:
                raise UnknownName("submission", upload.about, ())
            return self._complete_feedback(upload, about.received_at)

        def accept(at: datetime, before: SoFar) -> None:
            rules.check(at, before, upload.files)
            # Nothing is swept while this is asked, and never what a submission before names.
            self._check_there(space, upload, frozenset(before.newest))

        return self.ledger.hand_in(upload, sha256, accept=accept, sign=self._receipt)

    def _complete_feedback(self, upload: Upload, received_at: datetime) -> Given:
        sha256 = self._digest(space_of(upload), upload.files)
        return self.ledger.give_back(upload, received_at, sha256)

    def _check_there(
        self, space: str, upload: Upload, known: Collection[SentFile] = frozenset()
    ) -> None:
        sought = [file for file in upload.files if file not in known]
        if absent := self._absent(space, sought):
            names = ", ".join(shown(file.path) for file in absent[:3])
            raise BadSubmission(f"{len(absent)} files are missing ({names}): send them first")

    def _digest(self, space: str, files: Iterable[SentFile]) -> str:
        """Return the digest of names and contents, as they lie here now."""
        whole = NamesDigest()
        for file in sorted(files, key=lambda file: file.path):
            sha = hashlib.sha256()
            whole.add(file.path, file.size, _noted(self.files.read(f"{space}/{file.sha256}"), sha))
            if sha.hexdigest() != file.sha256:
                self.files.remove(f"{space}/{file.sha256}")
                raise BadSubmission(f"{shown(file.path)}: damaged where it was kept: send it again")
        return whole.hexdigest()

    def _receipt(self, taken: HandedIn) -> str:
        return self.key.sign(
            {
                "id": taken.id,
                "course": taken.course,
                "assignment": taken.assignment,
                "student": taken.student,
                "received_at": taken.received_at.isoformat(timespec="microseconds"),
                "sha256": taken.sha256,
                "files": len(taken.files),
            }
        )


def _noted(chunks: Iterable[bytes], sha: hashlib._Hash) -> Iterator[bytes]:
    for chunk in chunks:
        sha.update(chunk)
        yield chunk
