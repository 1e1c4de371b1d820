"""Who judges what, and anchors, in the records: the newest holds, nothing is lost."""

from practicum.records import Records


def test_the_newest_state_holds(records: Records) -> None:
    """A pair that is given, withdrawn and barred is barred, and the log tells all three."""
    pair = [("ada", "rita")]
    assert records.allocate("demo", pair, "assigned", by="ines") == 1
    assert records.allocate("demo", pair, "assigned", by="ines") == 0
    assert records.allocate("demo", pair, "withdrawn") == 1
    assert records.allocate("demo", pair, "conflict", by="rita", detail="A niece.") == 1

    held = records.allocations("demo")

    assert [(one.student, one.reviewer, one.state, one.detail) for one in held] == [
        ("ada", "rita", "conflict", "A niece.")
    ]
    log = [entry.detail for entry in records.audit() if entry.action == "allocate"]
    assert log == ["rita: assigned", "rita: withdrawn", "rita: conflict (A niece.)"]
    assert records.allocations("other") == ()


def test_anchors_are_replaced_as_a_whole(records: Records) -> None:
    """What is not among the anchors that are set is one no longer; the same again is no change."""
    first = ("ada", {"advice": 3}, {"advice": "A date."})
    second = ("bob", {"advice": 1}, {"advice": "None."})
    assert records.set_anchors("demo", [first, second], "ines") == 2
    assert records.set_anchors("demo", [first, second], "ines") == 0

    assert records.set_anchors("demo", [("ada", {"advice": 2}, {"advice": "Less."})], "ines") == 1

    found = records.anchors("demo")
    assert [(one.student, one.levels, one.by) for one in found] == [("ada", {"advice": 2}, "ines")]
    assert [entry.detail for entry in records.audit() if entry.student == "bob"] == [
        "advice 1",
        "no longer",
    ]
    assert records.set_anchors("demo", [first, second], "ines") == 2
    assert len(records.anchors("demo")) == 2
