"""Honest submissions: right, wrong and failing ones, judged in place and apart."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from practicum.judge import Crossing, Judge

Run = Callable[[list[tuple[str, str]]], list[Any]]

SETUP = """
import warnings
import numpy as np
import pandas as pd
LIMIT = 1.0
rng = np.random.default_rng(7)
weather = pd.DataFrame({
    "date": pd.date_range("2020-01-01", periods=4000),
    "rain": rng.gamma(0.5, 4, 4000).round(1),
    "wind": rng.normal(10, 3, 4000),
    "town": rng.choice(["north", "south", "east"], 4000),
    "kind": rng.choice(["rain", "snow", None], 4000),
    "high": rng.integers(-10, 30, 4000),
    "low": rng.integers(-20, 10, 4000),
    "sure": rng.random(4000) > 0.5,
})
def by_hand(values):
    return sum(values) / len(values)
"""
TASKS = [
    (
        [
            "wet = weather['rain'] >= LIMIT",
            "wet = [bool(x >= LIMIT) for x in weather['rain']]",
            "wet = (weather['rain'] > LIMIT)",
            "wet = weather['rain'].to_numpy() >= LIMIT",
            "wet = weather['regen'] >= LIMIT",
        ],
        (
            "assert isinstance(wet, pd.Series), 'a Series'\nassert wet.dtype == bool\n"
            "_rain = list(weather['rain'])\n"
            "assert list(wet) == [x >= LIMIT for x in _rain]\nassert wet.name == 'rain'"
        ),
    ),
    (
        [
            "by_town = weather.groupby('town')['rain'].mean()",
            "by_town = weather.groupby('town')['rain'].mean().to_dict()",
            "by_town = weather.groupby('town')['rain'].median()",
            "by_town = None",
            "by_town = weather.pivot_table(index='town', values='rain')['rain']",
        ],
        (
            "for _town in ('north', 'south', 'east'):\n"
            "    _part = list(weather.loc[weather['town'] == _town, 'rain'])\n"
            "    assert np.isclose(by_town[_town], by_hand(_part))\n"
        ),
    ),
    (
        [
            (
                "def longest(flags):\n    best = run = 0\n    for x in flags:\n"
                "        run = run + 1 if x else 0\n        best = max(best, run)\n    return best"
            ),
            "def longest(flags):\n    return sum(flags)",
            "def longest(flags):\n    print('hello')\n    return len(flags)",
            "def longest(flags):\n    flags.sort()\n    return 3",
            "def longest(flags):\n    raise TypeError('no')",
        ],
        (
            "assert callable(longest)\nassert longest([True, True, False, True]) == 2\n"
            "_flags = [False, True]\nassert longest(_flags) == 1\nassert _flags == [False, True]\n"
            "assert longest([]) == 0"
        ),
    ),
    (
        [
            (
                "def share(frame, column):\n    if column not in frame:\n"
                "        raise KeyError(column)\n    return float(frame[column].mean())"
            ),
            "def share(frame, column):\n    return frame[column].sum() / len(frame)",
            "def share(frame, column):\n    frame['new'] = 1\n    return frame[column].mean()",
            (
                "def share(frame, column):\n    try:\n        return frame[column].mean()\n"
                "    except KeyError:\n        return None"
            ),
            (
                "import warnings\ndef share(frame, column):\n    warnings.warn('slow')\n"
                "    return frame[column].mean()"
            ),
        ],
        (
            "_frame = pd.DataFrame({'a': [1.0, 2.0]})\n_copy = _frame.copy()\n"
            "assert share(_frame, 'a') == 1.5\nassert _frame.equals(_copy), 'changed'\n"
            "try:\n    share(_frame, 'zz')\nexcept KeyError:\n    pass\n"
            "else:\n    raise AssertionError('no error')"
        ),
    ),
    (
        [
            (
                "class Tank:\n    def __init__(self, size):\n"
                "        self.size, self.level = size, 0\n"
                "    def fill(self, much):\n        if self.level + much > self.size:\n"
                "            raise ValueError('full')\n        self.level += much"
            ),
            (
                "class Tank:\n    def __init__(self, size):\n"
                "        self.size, self.level = size, 0\n"
                "    def fill(self, much):\n        self.level += much"
            ),
            "class Tank:\n    pass",
            "Tank = 3",
            (
                "from dataclasses import dataclass\n@dataclass\nclass Tank:\n    size: int\n"
                "    level: int = 0\n    def fill(self, much):\n        assert much > 0\n"
                "        if self.level + much > self.size:\n            raise ValueError(much)\n"
                "        self.level = self.level + much"
            ),
        ],
        (
            "_tank = Tank(5)\n_tank.fill(3)\nassert _tank.level == 3\n"
            "try:\n    _tank.fill(9)\n    raise RuntimeError\nexcept ValueError:\n    pass\n"
            "assert _tank.level == 3"
        ),
    ),
    (
        [
            "score = 1.5\npoints = [1, 2, 3]",
            "score = 0.5\npoints = (1, 2)",
            "points = []",
            "score = 'a'\npoints = [1]",
            "score = np.float64(1.0)\npoints = [1, 2, 3]",
        ],
        (
            "_earned = 0.0\nif score == 1.5:\n    _earned += 1\nif len(points) == 3:\n"
            "    _earned += 0.5\n_earned"
        ),
    ),
]


def _notebook(seed: int) -> list[tuple[str, str]]:
    dice = random.Random(seed)  # noqa: S311
    cells = [("course", SETUP)]
    for answers, test in TASKS:
        cells += [("student", dice.choice(answers)), ("test", test)]
    return cells


@pytest.mark.parametrize("seed", range(40))
def test_both_agree(run: Run, seed: int) -> None:
    """The judge gives an honest submission the marks that the run in place gives."""
    found = run(_notebook(seed))

    assert [(each.standing.state, each.standing.reason) for each in found] == [("proved", "")] * 6


def test_the_right_answers_pass(run: Run) -> None:
    """A right submission gets full marks in both processes."""
    cells = [("course", SETUP)]
    for answers, test in TASKS:
        cells += [("student", answers[0]), ("test", test)]

    assert [(each.in_place, each.verdict.outcome) for each in run(cells)] == [
        *[(2.0, "passed")] * 5,
        (1.5, "value"),
    ]


AGREED = {
    "a name of an earlier test": [
        ("test", "_kept = [1]\ndef _twice(x): return 2 * x"),
        ("test", "assert _twice(_kept[0]) == 2"),
    ],
    "an object of an earlier test": [
        ("student", "class A:\n    n = 0\n    def up(self): self.n += 1"),
        ("test", "a = A(); a.up(); assert a.n == 1"),
        ("test", "a.up(); assert a.n == 2"),
    ],
    "a counter in the student's process": [
        ("student", "n = 0\ndef up():\n    global n\n    n += 1"),
        ("test", "assert n == 0; up(); assert n == 1; up(); assert n == 2"),
        ("test", "assert n == 2"),
    ],
    "a seeded simulation": [
        (
            "student",
            "import random, numpy as np\ndef roll(): return random.random(), np.random.rand()",
        ),
        (
            "test",
            (
                "import random\nimport numpy as np\nrandom.seed(1); np.random.seed(1)\n"
                "a = roll(); b = random.random()\nrandom.seed(1); np.random.seed(1)\n"
                "assert a == (random.random(), np.random.rand()) and b == random.random()"
            ),
        ),
    ],
    "a generator object handed over": [
        ("student", "def draw(rng): return rng.random(), rng.random()"),
        (
            "test",
            (
                "import numpy as np\nr, s = np.random.default_rng(3), np.random.default_rng(3)\n"
                "assert draw(r) == (s.random(), s.random())\nassert r.random() == s.random()"
            ),
        ),
    ],
    "a list that comes back": [
        ("student", "def order(x):\n    x.sort()\n    return x"),
        ("test", "x = [3, 1]; assert order(x) is x; assert x == [1, 3]"),
    ],
    "a frame changed by a function": [
        ("student", "def wide(frame): frame['b'] = frame['a'] * 2"),
        (
            "test",
            (
                "import pandas as pd\nf = pd.DataFrame({'a': [1]}); wide(f)\n"
                "assert list(f.columns) == ['a', 'b'] and f['b'][0] == 2"
            ),
        ),
    ],
    "an error of the student's own": [
        (
            "student",
            "class E(Exception): pass\nclass F(E, ValueError): pass\ndef f(): raise F('x', 1)",
        ),
        (
            "test",
            (
                "for kind in (E, F, ValueError):\n    try:\n        f()\n"
                "    except kind as error:\n        assert error.args == ('x', 1)"
            ),
        ),
    ],
    "a generator": [
        ("student", "def count():\n    n = 0\n    while True:\n        yield n\n        n += 1"),
        (
            "test",
            (
                "import itertools, types\nassert isinstance(count(), types.GeneratorType)\n"
                "assert list(itertools.islice(count(), 3)) == [0, 1, 2]"
            ),
        ),
    ],
    "operators of a class": [
        (
            "student",
            (
                "class V:\n    def __init__(s, x): s.x = x\n"
                "    def __add__(s, o): return V(s.x + o.x)\n"
                "    def __eq__(s, o): return s.x == o.x\n    def __len__(s): return s.x\n"
                "    def __repr__(s): return f'V({s.x})'\n"
                "    def __iter__(s): return iter(range(s.x))"
            ),
        ),
        (
            "test",
            (
                "assert V(1) + V(2) == V(3) and V(1) != V(2)\nassert len(V(4)) == 4\n"
                "assert repr(V(1)) == 'V(1)' and f'{V(2)}' == 'V(2)'\n"
                "assert list(V(3)) == [0, 1, 2]"
            ),
        ),
    ],
    "printed text": [
        ("student", "def greet(): print('hi')"),
        (
            "test",
            (
                "import contextlib, io\nwith contextlib.redirect_stdout(io.StringIO()) as out:\n"
                "    greet()\nassert out.getvalue() == 'hi\\n'"
            ),
        ),
    ],
    "a warning that is ignored": [
        ("student", "import warnings\ndef f():\n    warnings.warn('old')\n    return 1"),
        ("test", "import warnings\nwarnings.simplefilter('ignore')\nassert f() == 1"),
    ],
    "a warning": [
        ("student", "import warnings\ndef f():\n    warnings.warn('old')\n    return 1"),
        ("test", "assert f() == 1"),
    ],
    "a constant of the course that a test changes": [
        ("course", "LIMIT = 3"),
        ("student", "def over(x): return x > LIMIT"),
        ("test", "assert over(4); LIMIT = 10; assert not over(4)"),
    ],
    "names in globals()": [
        ("student", "here = 1"),
        ("test", "assert 'here' in globals() and 'there' not in globals()"),
    ],
    "a missing name": [("test", "assert nothing == 1"), ("test", "1 / 0")],
    "no Python": [("test", "assert (1")],
    "a name that no function of the student's reads": [
        ("student", "result = 1\ndef twice(x):\n    result = 2 * x\n    return result"),
        ("test", "result = twice(2)\nassert result == 4 and twice(result) == 8"),
    ],
    "a function in a list": [
        ("student", "def f(x): return x + 1\nfs = {'f': [f]}"),
        ("test", "assert fs['f'][0](1) == 2 and fs['f'][0] is f"),
    ],
    "a function called with functions": [
        ("student", "import math\ndef apply(f, x): return f(x)\ndef two(x): return 2 * x"),
        ("test", "import math\nassert apply(math.sqrt, 9) == 3 and apply(two, 2) == 4"),
    ],
}


@pytest.mark.parametrize("name", AGREED)
def test_both_agree_on(run: Run, name: str) -> None:
    """What a test does with a student's things has the same result in both processes."""
    for each in run(AGREED[name]):
        assert (each.standing.state, each.standing.reason) == ("proved", "")


UNPROVED = {
    "a figure": [
        (
            "student",
            (
                "import matplotlib\nmatplotlib.use('Agg')\n"
                "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()"
            ),
        ),
        ("test", "assert ax.get_title() == ''"),
    ],
    "a callback of the test's": [
        ("student", "def twice(f): return f() * 2"),
        ("test", "assert twice(lambda: 1) == 2"),
    ],
    "a file of the student's": [
        ("student", "import os\nos.mkdir('box')\nos.chdir('box')\nopen('out.txt', 'w').write('x')"),
        ("test", "assert open('out.txt').read() == 'x'"),
    ],
    "a name of an unjudged test": [
        ("student", "def twice(f): return f() * 2"),
        ("test", "twice(lambda: 1); _hand = 3"),
        ("test", "assert _hand == 3"),
    ],
    "a magic": [("test", "assert get_ipython() is not None")],
    "a function that the test takes away": [
        (
            "student",
            (
                "def squares(n): return [i**2 for i in range(1, n + 1)]\n"
                "def sum_of_squares(n): return sum(squares(n))"
            ),
        ),
        (
            "test",
            (
                "tmp = squares\ndel squares\ntry:\n    sum_of_squares(1)\n"
                "except NameError:\n    pass\nelse:\n    raise AssertionError('not used')\n"
                "finally:\n    squares = tmp"
            ),
        ),
    ],
    "a name of the student's that the test binds": [
        ("student", "rate = 2\ndef tax(x): return x * rate"),
        ("test", "rate = 3\nassert tax(2) == 6"),
    ],
    "numpy's errors as the test sets them": [
        ("student", "import numpy as np\ndef f(x): return np.float64(x) / 0"),
        (
            "test",
            (
                "import numpy as np\nwith np.errstate(all='raise'):\n    try:\n        f(1)\n"
                "    except FloatingPointError:\n        pass\n    else:\n        assert False"
            ),
        ),
    ],
    "a course's constant changed by the student": [
        ("course", "LIMIT = 3"),
        ("student", "LIMIT = 9"),
        ("test", "assert LIMIT > 2"),
    ],
}


@pytest.mark.parametrize("name", UNPROVED)
def test_what_cannot_cross_is_unproved(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A test on what only the student's process has is neither proved nor contradicted."""
    monkeypatch.chdir(tmp_path)
    for each in run(UNPROVED[name])[-1:]:
        assert each.standing.state == "unproved"
        assert each.in_place == 2.0


def test_a_function_that_never_returns_lets_go() -> None:
    """The student's process answers again when the judge's time for a test is over."""
    names: dict[str, Any] = {}
    exec("def f():\n    while True: pass\ntotal = 3", names)  # noqa: S102
    crossing = Crossing(names)
    judge = Judge(crossing.answer)

    first = judge.judge("assert f() == 1", deadline=time.monotonic() + 0.5)
    second = judge.judge("assert total == 3", deadline=time.monotonic() + 60)

    assert (first.outcome, first.silent) == ("uncrossable", True)
    assert second.outcome == "passed"
