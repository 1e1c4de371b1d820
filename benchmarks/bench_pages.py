"""`nbgrader generate_feedback` and `practicum review --pages` on the same graded submissions.

    python benchmarks/bench_pages.py [SUBMISSIONS]

Both commands are measured whole, from their start on, and once more with a single submission:
what the other pages take is the warm figure. Every student writes, prints and draws something
of his own, so that no page is another one's copy. Then `practicum review --pages` is called
again, with nothing changed, and again after one submission was graded anew. Refuses to report
figures when an output or a picture of a student is missing from one of the two pages, when a
page names its author, or when a later call makes other pages than it should.

The employers' pages are blind and leave the tests out; nbgrader's feedback shows marks. The
last line is one JSON object.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

from personal import lines_of, name_people, personalise, words_of

from cohort import BRIEF, Took, cohort, run, show
from practicum.course import Course
from practicum.grade import grade
from practicum.people import Student
from practicum.records import Records

FOLDER = "to-send"
PEER = ("nbgrader", "generate_feedback", BRIEF)
OURS = ("practicum", "review", BRIEF, "--pages", FOLDER, "--json")
PICTURE = "data:image/png;base64,"
CHANGED = "And this was written after the first grading."


def main(count: int) -> None:
    """Measure both and print what came of it."""
    with cohort(count) as root:
        name_people(root)
        personalise(root)
        grade(Course.find(root), BRIEF)
        places = {name: root.with_name(name) for name in ("peer", "ours", "peer-one", "ours-one")}
        for place in places.values():
            shutil.copytree(root, place)
        students = Course.find(root).roster.students
        one = students[0].id
        took = _measure(places, one)
        codes = _codes(places["ours"])
        for student in students:
            _compare(places, student, codes[student.id])
        later = _call_again(places["ours"], one, codes)
    names = ("nbgrader generate_feedback", "practicum review --pages")
    figures = show("Pages of first-steps", names, (took["peer"], took["ours"]), count, "page")
    warm = {
        name: (took[name].seconds - took[f"{name}-one"].seconds) / max(1, count - 1)
        for name in ("peer", "ours")
    }
    print(f"  warm, without the start: {warm['peer']:.4f} and {warm['ours']:.4f} s a page")
    print(f"  again, nothing changed:  {later['unchanged'].seconds:.2f} s for all of it")
    print(f"  again, one graded anew:  {later['one'].seconds:.2f} s for all of it")
    print(f"  all {count} pages of both hold the same outputs, and ours no name")
    figures["ratio_nbgrader"] = figures.pop("ratio")
    figures["peer_warm_page_seconds"] = round(warm["peer"], 4)
    figures["practicum_warm_page_seconds"] = round(warm["ours"], 4)
    figures["practicum_unchanged_seconds"] = round(later["unchanged"].seconds, 2)
    figures["practicum_one_changed_seconds"] = round(later["one"].seconds, 2)
    print(json.dumps({"benchmark": "pages", **figures}))


def _measure(places: dict[str, Path], one: str) -> dict[str, Took]:
    _leave_only(places["ours-one"], one)
    return {
        "peer": run(places["peer"], *PEER),
        "ours": run(places["ours"], *OURS),
        "peer-one": run(places["peer-one"], *PEER, f"--student={one}"),
        "ours-one": run(places["ours-one"], *OURS),
    }


def _leave_only(root: Path, student: str) -> None:
    """Take the graded notebooks of all others away: they have no page then."""
    for folder in Course.find(root).station("autograded").iterdir():
        if folder.is_dir() and folder.name != student:
            shutil.rmtree(folder)


def _codes(root: Path) -> dict[str, str]:
    course = Course.find(root)
    with Records(course.records_url) as records:
        return {
            student.id: records.blind_code(BRIEF, student.id) for student in course.roster.students
        }


def _call_again(root: Path, student: str, codes: dict[str, str]) -> dict[str, Took]:
    """Call ours again, unchanged and after one new grading; see that it makes what it should."""
    before = _pages(root)
    unchanged = run(root, *OURS)
    _assert_rendered(root, 0)
    assert _pages(root) == before, "a call without changes wrote something else"
    _grade_anew(root, student)
    one = run(root, *OURS)
    _assert_rendered(root, 1)
    after = _pages(root)
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {f"{codes[student]}.html"}, f"other pages changed: {changed}"
    assert CHANGED.encode() in after[f"{codes[student]}.html"], "the new grading is not shown"
    return {"unchanged": unchanged, "one": one}


def _grade_anew(root: Path, student: str) -> None:
    """Put another graded notebook in the place of a student's, as a second grading does."""
    folder = Course.find(root).station("autograded", student=student, brief=BRIEF)
    notebook = json.loads((folder / "brief.ipynb").read_bytes())
    notebook["cells"].append({"cell_type": "markdown", "metadata": {}, "source": CHANGED})
    (folder / "brief.new").write_text(json.dumps(notebook), encoding="utf-8")
    (folder / "brief.new").replace(folder / "brief.ipynb")


def _pages(root: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in (root / FOLDER).glob("*.html")}


def _assert_rendered(root: Path, wanted: int) -> None:
    said = (root / "said.txt").read_text(encoding="utf-8")
    rendered = json.loads(said[said.index("{") :])["rendered"]
    assert rendered == wanted, f"{rendered} pages were made, and not {wanted}"


def _compare(places: dict[str, Path], student: Student, code: str) -> None:
    """Refuse pages that do not both hold what this student printed and drew."""
    course = Course.find(places["ours"])
    notebook = course.station("autograded", student=student.id, brief=BRIEF) / "brief.ipynb"
    cells = json.loads(notebook.read_bytes())["cells"]
    feedback = Course.find(places["peer"]).station("feedback", student=student.id, brief=BRIEF)
    pages = {
        "peer": (feedback / "brief.html").read_text(encoding="utf-8"),
        "ours": (places["ours"] / FOLDER / f"{code}.html").read_text(encoding="utf-8"),
    }
    own = re.compile(f"{re.escape(student.name)}|{re.escape(student.id)}")
    lines = [f"These are the words of {student.name}.", *lines_of(cells)]
    assert any(own.search(line) for line in lines[1:]), f"{student.id} printed nothing"
    for name, page in pages.items():
        said = words_of(page)
        for line in lines:
            # On ours, "[name]" stands in the place of whoever is named.
            wanted = own.sub("[name]", line) if name == "ours" else line
            assert wanted in said, f"{name}: {student.id}: {wanted!r} is missing"
    counts = {name: page.count(PICTURE) for name, page in pages.items()}
    assert counts["peer"] == counts["ours"], f"{student.id}: pictures: {counts}"
    assert not own.search(pages["ours"]), f"{student.id} is named on the page"


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
