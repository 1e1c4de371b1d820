"""Cheats that get full marks in place: none of them is proved."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.judge import Crossing, Judge, encode

Run = Callable[[list[tuple[str, str]]], list[Any]]

SETUP = "import numpy as np\nimport pandas as pd\nframe = pd.DataFrame({'a': [1.0, 2.0, None]})"
TEST = "assert total == 3"
MEAN = "assert mean([1, 2, 6]) == 3 and mean([4]) == 4"
TABLE = "assert isinstance(table, pd.DataFrame) and table.shape == (2, 2) and table['a'].sum() == 7"

LIAR = """
class Liar:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __bool__(self): return True
    def __len__(self): return 3
    def __float__(self): return 3.0
    def __getattr__(self, name): return Liar()
    def __call__(self, *args, **named): return Liar()
    def __getitem__(self, key): return Liar()
    def __lt__(self, other): return True
    __gt__ = __le__ = __ge__ = __lt__
"""

CHEATS = {
    "an object that equals everything": (LIAR + "total = Liar()", TEST),
    "a function that returns it": (LIAR + "def mean(x): return Liar()", MEAN),
    "a list of it": (LIAR + "totals = [Liar()]", "assert totals == [3]"),
    "an object with a lying length": (LIAR + "items = Liar()", "assert items == [1, 2, 3]"),
    "an object with a lying __array__": (
        (
            "class A:\n    def __array__(self, dtype=None, copy=None): return "
            "np.array([1.0, 2.0])\n"
            "values = A()"
        ),
        "np.testing.assert_allclose(values, [1, 2]); assert isinstance(values, object)",
    ),
    "an object with a lying __class__": (
        (
            "class F:\n    __class__ = pd.DataFrame\n    shape = (2, 2)\n"
            "    def __getitem__(self, key): return self\n    def sum(self): return 7\ntable = F()"
        ),
        TABLE,
    ),
    "a frame of a class of its own": (
        (
            "class F(pd.DataFrame):\n    shape = (2, 2)\n"
            "    def __getitem__(self, key): return pd.Series([7])\ntable = F()"
        ),
        TABLE,
    ),
    "a frame with patched methods": (
        (
            "table = pd.DataFrame({'a': [1], 'b': [2]})\n"
            "pd.DataFrame.shape = property(lambda self: (2, 2))\n"
            "pd.Series.sum = lambda self, *a, **k: 7"
        ),
        TABLE,
    ),
    "an int of a class of its own": (
        "class I(int):\n    def __eq__(self, other): return True\ntotal = I(1)",
        TEST,
    ),
    "a float of a class of its own": (
        (
            "class F(float):\n    def __sub__(self, other): return 0.0\n"
            "    def __le__(self, other): return True\ntotal = F(1)"
        ),
        "assert abs(total - 3) < 1e-9",
    ),
    "a text of a class of its own": (
        (
            "class S(str):\n    def __eq__(self, other): return True\n"
            "    def lower(self): return self\n"
            "word = S('x')"
        ),
        "assert word == 'rain'",
    ),
    "a dict of a class of its own": (
        (
            "class D(dict):\n    def __getitem__(self, key): return 3\n"
            "    def __eq__(self, other): return True\n"
            "found = D()"
        ),
        "assert found == {'a': 3}",
    ),
    "an array of a class of its own": (
        (
            "class A(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return np.True_\n"
            "values = np.zeros(2).view(A)"
        ),
        "assert np.all(values == np.array([1.0, 2.0]))",
    ),
    "a patched len": (
        "items = []\nimport builtins\nbuiltins.len = lambda x: 3",
        "assert len(items) == 3",
    ),
    "a len in the notebook": ("items = []\ndef len(x): return 3", "assert len(items) == 3"),
    "a patched isinstance": (
        (
            "import builtins\nold = isinstance\n"
            "builtins.isinstance = lambda x, kind: kind is pd.DataFrame or old(x, kind)\ntable = 3"
        ),
        "assert isinstance(table, pd.DataFrame)",
    ),
    "a patched Series.notna": (
        "old = pd.Series.notna\npd.Series.notna = lambda self: pd.Series([True] * 3)",
        "assert frame['a'].notna().all()",
    ),
    "a patched np.isclose": (
        "total = 1\nnp.isclose = lambda *a, **k: True",
        "assert np.isclose(total, 3)",
    ),
    "a patched np.testing": (
        "total = 1\nimport numpy.testing\nnp.testing.assert_equal = lambda *a, **k: None",
        "np.testing.assert_equal(total, 3)",
    ),
    "a patched pd.testing": (
        "table = frame\npd.testing.assert_frame_equal = lambda *a, **k: None",
        "pd.testing.assert_frame_equal(table, pd.DataFrame({'a': [1]}))",
    ),
    "another object called np": (LIAR + "np = Liar()\ntotal = 1", "assert np.isclose(total, 3)"),
    "another module called np": (
        (
            "import types, sys\nnp = types.SimpleNamespace(isclose=lambda *a: True)\n"
            "sys.modules['numpy'] = np\ntotal = 1"
        ),
        "import numpy as np\nassert np.isclose(total, 3)",
    ),
    "asserts stripped by a transformer": (
        (
            "import ast\nclass T(ast.NodeTransformer):\n"
            "    def visit_Assert(self, node): return ast.Pass()\n"
            "get_ipython().ast_transformers.append(T())\ntotal = 1"
        ),
        TEST,
    ),
    "an AssertionError of its own": (
        (
            "import ast\nclass T(ast.NodeTransformer):\n    def visit_Module(self, node):\n"
            "        return ast.Module([ast.Try(node.body, "
            "[ast.ExceptHandler(None, None, [ast.Pass()])], [], [])], [])\n"
            "get_ipython().ast_transformers.append(T())\ntotal = 1"
        ),
        TEST,
    ),
    "a function that looks at the stack": (
        (
            "import sys\ndef mean(x):\n    code = sys._getframe(1).f_code\n"
            "    return {1: 4, 3: 3}[len(x)] if code.co_filename == '<cell>' else 0"
        ),
        MEAN,
    ),
    "a function that takes the expected value from its caller": (
        "import sys\ndef mean(x): return sys._getframe(1).f_globals['_want']",
        "_want = 3\nassert mean([1, 2, 6]) == _want",
    ),
    "a check of the student's own": (
        "def assert_equal(a, b): pass\ntotal = 1",
        "assert_equal(total, 3)",
    ),
    "isclose of the student's own": (
        "isclose = lambda *a, **k: True\ntotal = 1",
        "assert isclose(total, 3)",
    ),
    "a helper of an earlier test rebound": ("total = 1", "def _hand(): return 3\nassert True"),
    "a type patched into a callable": (
        (
            "import builtins\nclass M(type):\n    def __instancecheck__(c, o): return True\n"
            "class DataFrame(metaclass=M): pass\npd.DataFrame = DataFrame\ntable = 3"
        ),
        "assert isinstance(table, pd.DataFrame)",
    ),
    "a lying answer": (
        (
            "import gc\nfor each in gc.get_objects():\n    if type(each).__name__ == 'Crossing':\n"
            "        each.answer = lambda request: b'!' * 99\n        break\ntotal = 3"
        ),
        TEST,
    ),
}


@pytest.mark.parametrize("name", CHEATS)
def test_no_cheat_is_proved(run: Run, name: str) -> None:
    """A cheat that gets full marks in place is contradicted or unproved, never proved."""
    cells = [("course", SETUP), ("student", CHEATS[name][0]), ("test", CHEATS[name][1])]
    if "earlier test" in name:
        cells += [("student", "def _hand(): return total"), ("test", "assert total == _hand()")]

    last = run(cells)[-1]

    assert last.in_place == 2.0  # the cheat works where nobody judges
    assert last.standing.state in {"contradicted", "unproved"}


CAUGHT_IN_PLACE = {
    "stripped asserts": CHEATS["asserts stripped by a transformer"][0],
    "an equal-to-all": LIAR + "total = Liar()",
    "a patched len": "import builtins\nbuiltins.len = lambda x: 3\ntotal = 3",
    "a patched np.isclose": "import numpy as np\nnp.isclose = lambda *a, **k: True\ntotal = 3",
    "patched np.testing": "import numpy as np\nimport numpy.testing\n"
    "np.testing.assert_equal = lambda *a, **k: None\ntotal = 3",
}


@pytest.mark.parametrize("name", CAUGHT_IN_PLACE)
def test_tampering_is_caught_in_place(run: Run, name: str) -> None:
    """A test that cannot cross is contradicted where asserts do not work in place."""
    test = "import math\nassert total == 3\ntwice = (lambda f: 0)\nassert get_ipython() is not None"
    last = run([("student", CAUGHT_IN_PLACE[name]), ("test", test)])[-1]

    assert last.verdict.outcome == "uncrossable"
    assert last.standing.state == "contradicted"


CONTRADICTED = {
    "an object that equals everything": (LIAR + "total = Liar()", TEST),
    "a function that returns it": (LIAR + "def mean(x): return Liar()", MEAN),
    "a function that ends the judge's copy": (
        (
            "import os\nhere = os.getpid()\ndef mean(x):\n    if os.getpid() != here: os._exit(0)\n"
            "    return {1: 4, 3: 3}[len(x)]"
        ),
        MEAN,
    ),
    "an answer that is no message": (
        (
            "import gc\nfor each in gc.get_objects():\n    if type(each).__name__ == 'Crossing':\n"
            "        each.answer = lambda request: b'!' * 99\n        break\ntotal = 3"
        ),
        TEST,
    ),
}


@pytest.mark.parametrize("name", CONTRADICTED)
def test_what_only_a_cheat_does_is_contradicted(run: Run, name: str) -> None:
    """An object that says yes to all, or a process that gives no answer, makes a mark wait."""
    source, test = CONTRADICTED[name]

    last = run([("course", SETUP), ("student", source), ("test", test)])[-1]

    assert last.in_place == 2.0
    assert last.standing.state == "contradicted"


ITS_OWN_JUDGE = {
    "a difference": (
        "class L:\n    def __sub__(self, other): return 0.0\ntotal = L()",
        "assert abs(total - 3) < 1e-9",
    ),
    "a method": (
        "class L:\n    def equals(self, other): return True\ntotal = L()",
        "assert total.equals(pd.Series([3]))",
    ),
    "a container": (
        "class L:\n    def __contains__(self, other): return True\ntotal = L()",
        "assert 3 in total",
    ),
}


@pytest.mark.parametrize("name", ITS_OWN_JUDGE)
def test_no_answer_is_its_own_judge(run: Run, name: str) -> None:
    """An answer that is an object is never proved by an operation that gets the expected value."""
    source, test = ITS_OWN_JUDGE[name]

    last = run([("course", SETUP), ("student", source), ("test", test)])[-1]

    assert last.in_place == 2.0
    assert last.standing.state == "unproved"


def test_data_that_are_not_the_courses_prove_nothing(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test on the course's data is proved only while they are what the file holds."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text("a\n1\n2\n", encoding="ascii")
    course = ("course", "import pandas as pd\nframe = pd.read_csv('d.csv')")
    test = ("test", "assert mean == frame['a'].mean()")

    honest = run([course, ("student", "mean = frame['a'].mean()"), test])[-1]
    other = run([course, ("student", "frame = frame.iloc[:1] * 0\nmean = 0"), test])[-1]
    before = ("student", "import pandas as pd\npd.read_csv = lambda *a: pd.DataFrame({'a': [0]})")
    poisoned = run([before, course, ("student", "mean = 0"), test])[-1]

    assert [each.in_place for each in (honest, other, poisoned)] == [2.0, 2.0, 2.0]
    assert honest.standing.state == "proved"
    assert other.standing.state == poisoned.standing.state == "unproved"


def test_an_honest_place_is_intact(run: Run) -> None:
    """The tamper check finds nothing where nobody has tampered."""
    test = "import numpy as np\nassert total == 3\nnp.testing.assert_equal(total, 3)\nget_ipython()"
    last = run([("student", "total = 3"), ("test", test)])[-1]

    assert last.standing.state == "unproved"


def test_no_test_crosses() -> None:
    """No request holds the test's source, nor a value that the test keeps to itself."""
    requests: list[bytes] = []
    names: dict[str, Any] = {}
    exec("def mean(x): return sum(x) / len(x)\ntotal = 3", names)  # noqa: S102
    crossing = Crossing(names, snapshots=False)

    def ask(request: bytes) -> bytes:
        requests.append(request)
        return crossing.answer(request)

    source = "_want = 31337  # canary\n_hand = 'canary'\nassert mean([1, 2]) * total != _want"
    verdict = Judge(ask).judge(source)

    assert verdict.outcome == "passed"
    assert len(requests) > 2
    assert not any(b"canary" in request or encode(31337)[1:] in request for request in requests)
