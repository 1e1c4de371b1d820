"""What every notebook pays for once a kernel, done before the fork: caches, not state.

Tracebacks are the dearest: IPython parses the source file of each library frame. Then come the
first table, the first plot, the first cell. Everything runs in the very shell that children
inherit, which is put back to its beginning afterwards.
"""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from typing import Any

__all__ = ["warm"]

PANDAS = """
import pandas as pd, numpy as np, io
frame = pd.DataFrame({"a": list("xyxy") * 50, "b": range(200), "c": np.linspace(0, 1, 200),
                      "d": pd.date_range("2025-01-01", periods=200)})
"""
TABLES = (
    "frame.head()",
    "frame.describe()",
    "frame.groupby('a').b.sum()",
    "frame.groupby('a').agg({'b': 'mean', 'c': 'max'})",
    "frame.set_index('d').b.resample('MS').sum()",
    "frame.pivot_table(index='a', values='b')",
    "frame.b.nlargest(3)",
    "frame.merge(frame, on='b').dropna().sort_values('b').drop_duplicates().shape",
    "frame[frame.a == 'x'].assign(e=lambda t: t.b * 2)['e'].value_counts()",
    "pd.read_csv(io.StringIO('a,b\\n2025-01-01,2\\n'), parse_dates=['a'])",
    "frame.isna().sum(), frame.dtypes, frame.info()",
)
MISTAKES = (
    "frame['zz']",
    "frame.groupby('zz').b.sum()",
    "frame.groupby('a').agg({'zz': 'sum'})",
    "frame.groupby('a').mean()",
    "frame.zz",
    "frame.set_index('d').b.resample('QQ').sum()",
    "frame.drop(columns=['k'])",
    "frame.pivot_table(index='zz', columns='a', values='b')",
    "frame.loc['zz']",
    "frame.iloc[9999]",
    "frame.b.astype('foo')",
    "frame.a.astype(float)",
    "frame.merge(frame, on='zz')",
    "frame.sort_values('zz')",
    "frame.agg('nope')",
    "frame.b.nope()",
    "frame + None",
    "frame.a - 1",
    "pd.read_csv('missing.csv')",
    "pd.to_datetime('garbage')",
    "pd.Series([1]).reindex([1, 1]).loc[5]",
    "bool(frame)",
    "pd.DataFrame({'a': [1], 'b': [1, 2]})",
    "np.zeros(3)[9]",
    "np.zeros(3) + np.zeros(4)",
    "assert (frame.b == 1).all()",
    "pd.testing.assert_frame_equal(frame, frame.head())",
    "pd.testing.assert_series_equal(frame.b, frame.c)",
    "np.testing.assert_allclose(frame.b, frame.c)",
    "np.testing.assert_equal(1, 2)",
)
PLAIN_MISTAKES = (
    "nope",
    "assert 1 == 2, 'words'",
    "1 / 0",
    "int('x')",
    "open('missing')",
    "raise NotImplementedError()",
    "[].pop()",
    "{}['k']",
    "len(None)",
    "None.nope",
    "def f(x:\n    return",
    "def f(x):\n    return 1 / x\nf(0)",
    "import missing_module",
    "input()",
)
PLAIN = (
    "%time 1",
    "x = 1\nx",
    "print('x')",
    "def f(x):\n    return [y for y in x]\nf('ab')",
    "[1, 2.0, 'x', {'k': (1, None)}]",
)
PLOTS = (
    "import matplotlib.pyplot as plt",
    "figure, axes = plt.subplots(figsize=(5, 3))\naxes.plot([1, 2], label='x')\naxes.legend()",
    "axes.set_title('t')\naxes.set_ylabel('y')\nplt.show()",
    "plt.bar(['a', 'b'], [1, 2]); plt.xticks(rotation=45); plt.grid(); plt.tight_layout()",
    "plt.hist([1, 2, 2]); plt.scatter([1], [1])",
)
PANDAS_PLOTS = (
    "frame.set_index('d').b.plot()",
    "frame.groupby('a').b.sum().plot.bar()",
)


def warm(shell: Any) -> None:  # noqa: ANN401 (IPython's shell is untyped)
    """Run what notebooks commonly do, mistakes included, and forget that it was run."""
    cells = [*PLAIN, *PLAIN_MISTAKES]
    if "pandas" in sys.modules:
        cells += [PANDAS, *TABLES, *MISTAKES]
    if "matplotlib" in sys.modules:
        cells += PLOTS
        cells += PANDAS_PLOTS if "pandas" in sys.modules else ()
    if "practicum_widgets" in sys.modules:
        _import_widgets()
    quiet = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    # Which warnings were shown once is state: within catch_warnings it is not kept.
    with quiet[0], quiet[1], warnings.catch_warnings(record=True):
        for cell in cells:
            shell.run_cell(cell, store_history=True)
    _forget(shell)


def _import_widgets() -> None:
    """Import what the student's desk consists of: its package does so when it is asked."""
    package = sys.modules["practicum_widgets"]
    for name in package.__all__:
        with contextlib.suppress(Exception):
            getattr(package, name)


def _forget(shell: Any) -> None:  # noqa: ANN401
    """Put the shell, and what libraries keep, back to their beginning."""
    shell.reset(new_session=False)
    history = shell.history_manager
    history.reset(new_session=False)
    for inputs in (history.input_hist_parsed, history.input_hist_raw):
        inputs[:] = [""]
    history._i = history._ii = history._iii = history._i00 = ""  # noqa: SLF001 (no other way)
    shell.execution_count = 1
    names = shell.user_ns
    names.update(dict.fromkeys(("_", "__", "___", "_i", "_ii", "_iii"), ""))
    for name in [name for name in names if name.startswith("_i") and name[2:].isdigit()]:
        del names[name]
    for name in ("last_type", "last_value", "last_traceback", "last_exc"):
        sys.__dict__.pop(name, None)
    shell.last_execution_succeeded, shell.last_execution_result = True, None
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
