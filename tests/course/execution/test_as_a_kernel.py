"""The kernel in the box behaves as ipykernel's own does behind nbclient: probe by probe."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.preprocessors import Execute

from practicum.execution import Executed
from practicum.notebooks import read_notebook

PROBES = {
    "last expression": "1 + 1",
    "nothing": "None",
    "semicolon": "3;",
    "previous result": "_ + 1",
    "printing": "print('a')\nprint('b', end='')",
    "two streams": "import sys\nprint('out')\nprint('err', file=sys.stderr)",
    "a subprocess prints": "import subprocess\nprint('1')\n_ = subprocess.run(['echo', '2'])",
    "the descriptor": "import os\n_ = os.write(1, b'raw\\n')",
    "shell escape": "!echo shell",
    "captured shell": "lines = !echo one; echo two\nlines",
    "line magic": "%lsmagic\n%config InlineBackend.figure_format",
    "cell magic": "%%capture caught\nprint('inside')",
    "captured": "caught.stdout",
    "cell magic of a shell": "%%bash\necho from bash",
    "unknown magic": "%no_such_magic",
    "help": "len?",
    "awaiting": "import asyncio\nawait asyncio.sleep(0)\n'awaited'",
    "running loop": (
        "waiting = asyncio.sleep(0)\ntry:\n    asyncio.run(waiting)\nfinally:\n    waiting.close()"
    ),
    "a background task": (
        "async def later():\n    await asyncio.sleep(0.01)\n    print('later')\n"
        "task = asyncio.create_task(later())\nawait task"
    ),
    "an error": "1 / 0",
    "a chained error": "try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('v') from e",
    "a syntax error": "def f(:\n    pass",
    "an indentation error": "if True:\npass",
    "an own error": "class Own(Exception):\n    pass\nraise Own('words')",
    "output, then an error": "print('before')\nraise RuntimeError('after')",
    "exit": "import sys\nsys.exit(3)",
    "an error in a repr": "class Bad:\n    def __repr__(self):\n        raise ValueError\nBad()",
    "no input": "input('name? ')",
    "no password": "import getpass\ngetpass.getpass()",
    "a warning": "import warnings\nwarnings.warn('careful', stacklevel=1)",
    "a display": "from IPython.display import HTML, display\ndisplay(HTML('<b>x</b>'))",
    "a markdown display": "from IPython.display import Markdown\nMarkdown('*x*')",
    "a handle": "handle = display('first', display_id='the-id')",
    "an update": "handle.update('second')",
    "a second display with one id": "display('third', display_id='the-id')",
    "clearing": "from IPython.display import clear_output\nprint('gone')\nclear_output()\nprint(1)",
    "clearing later": "print('gone')\nclear_output(wait=True)\nprint('kept')",
    "a table": "import pandas as pd\nframe = pd.DataFrame({'a': [1, 2]})\nframe",
    "a styled table": "frame.describe()",
    "a plot": "import matplotlib.pyplot as plt\n_ = plt.plot([1, 2])",
    "a plot as a value": "plt.plot([2, 1])",
    "a shown plot": "plt.bar(['a'], [1])\nplt.show()\nprint('after')",
    "a plot of two parts": (
        "figure, axes = plt.subplots(1, 2)\naxes[0].hist([1, 2, 2])\naxes[1].set_title('a title')"
    ),
    "a tight layout": "figure, axes = plt.subplots(2, layout='tight')\n_ = axes[0].set_title('t')",
    "a constrained layout": (
        "figure, axes = plt.subplots(2, layout='constrained')\n_ = axes[1].set_xlabel('x')"
    ),
    "a plot tightened once": "_ = plt.plot([3, 1])\nplt.ylabel('y')\nplt.tight_layout()",
    "two plots": "_ = plt.figure(), plt.plot([1, 2]), plt.figure(), plt.plot([2, 1])",
    "ticks after the cell": "[tick.get_text() for tick in axes[1].get_xticklabels()]",
    "another display": (
        "plt.switch_backend('agg')\nfigure = plt.figure()\nplt.plot([1])\n"
        "plt.switch_backend('module://matplotlib_inline.backend_inline')"
    ),
    "a table's plot": "import matplotlib\n_ = frame.plot.bar()",
    "a closed plot": "plt.plot([1])\nplt.close('all')",
    "an axes' error": "plt.plot([1, 2], [1, 2, 3])",
    "a generator": "(x for x in [1])",
    "a long list": "list(range(2000))",
    "unicode": "print('π \\U0001f600')\n'ü'",
    "a carriage return": "print('a\\rb')",
    "no flush": "import sys\n_ = sys.stdout.write('no newline')",
    "wrong text": "sys.stdout.write(b'bytes')",
    "a stream's features": "sys.stdout.isatty(), sys.stdout.encoding, sys.stdout.writable()",
    "history": "In[1], Out[1], _1",
    "names": "sorted(n for n in globals() if n[0] != '_')[:3]",
    "main": "__name__, '__file__' in globals()",
    "an arrow": "get_ipython().__class__.__name__",
    "threads": "import threading\nt = threading.Thread(target=print)\nt.start()\nt.join()",
    "pools": (
        "from concurrent.futures import ProcessPoolExecutor\n"
        "with ProcessPoolExecutor(1) as pool:\n    value = pool.submit(abs, -1).result()\nvalue"
    ),
    "an interrupted cell": "import time\nwhile True:\n    time.sleep(0.01)",
    "after it": "'goes on'",
    "a widget": "import ipywidgets\nslider = ipywidgets.IntSlider()\nslider",
    "a deep traceback": "def f(n):\n    return f(n - 1) if n else 1 / 0\nf(5)",
    "a library's traceback": "frame['missing']",
    "a failed assertion": "assert frame.a.sum() == 4, 'the sum is wrong'",
    "a failed comparison": "pd.testing.assert_frame_equal(frame, frame + 1)",
}
NUMBERED = re.compile(r"0x[0-9a-f]+|<ipython-input-\S+>|/tmp/ipykernel_\d+/\d+\.py")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
DIFFERENT = {"line magic"}
"""Probes whose outputs are not compared: ``%lsmagic`` lists what is installed."""

OWN_FRAMES = {"wrong text", "an error in a repr"}
"""Errors that go through the streams' own code, whose lines the tracebacks show."""


@pytest.fixture(scope="module")
def both(
    make_notebook: Callable[..., dict[str, Any]],
    execute: Callable[..., Executed],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """All probes as one notebook: run by nbclient with the stock kernel, and by the engine."""
    folder = tmp_path_factory.mktemp("stock")
    stock = _stock(make_notebook(*PROBES.values()), folder)
    executed = execute(*PROBES.values(), cell_seconds=5)
    assert not executed.fault
    assert not executed.died
    ours = read_notebook(executed.notebook)
    return (
        dict(zip(PROBES, stock["cells"], strict=True)),
        dict(zip(PROBES, ours["cells"], strict=True)),
    )


def _stock(notebook: dict[str, Any], folder: Path) -> Any:
    """Run a notebook as nbgrader does."""
    stock = nbformat.from_dict(notebook)
    with pytest.MonkeyPatch.context() as patch:
        # Under pytest, ipykernel leaves what subprocesses print alone.
        patch.delenv("PYTEST_CURRENT_TEST", raising=False)
        patch.setenv("PYTEST_VERSION", "")
        patch.delenv("MPLBACKEND", raising=False)
        Execute(timeout=5).preprocess(stock, {"metadata": {"path": str(folder)}})
    return stock


@pytest.mark.parametrize("probe", [probe for probe in PROBES if probe not in DIFFERENT])
def test_outputs_are_those_of_the_stock_kernel(
    probe: str, both: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    """Kinds, texts, pictures, errors and their tracebacks are the same."""
    stock, ours = _plain(both[0][probe]), _plain(both[1][probe])
    if probe in OWN_FRAMES:
        for output in (*stock["outputs"], *ours["outputs"]):
            output.pop("traceback", None)
    assert ours == stock


def _plain(cell: Any) -> dict[str, Any]:
    """Return a cell's outputs without what differs from run to run."""
    return {
        "execution_count": cell["execution_count"],
        "outputs": [_plain_output(output) for output in _merged(cell["outputs"])],
    }


def _merged(outputs: list[Any]) -> list[Any]:
    """Join neighbouring pieces of one stream: how they were cut is chance."""
    merged: list[Any] = []
    for output in outputs:
        if (
            output["output_type"] == "stream"
            and merged
            and merged[-1].get("name") == output["name"]
        ):
            merged[-1] = merged[-1] | {"text": merged[-1]["text"] + output["text"]}
        else:
            merged.append(dict(output))
    return merged


def _plain_output(output: dict[str, Any]) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "stream":
        return {"kind": kind, "name": output["name"], "text": _same(output["text"])}
    if kind == "error":
        interrupted = output["ename"] in ("KeyboardInterrupt", "CellTimeoutError")
        lines = "" if interrupted else _same("\n".join(output["traceback"]))
        value = "" if interrupted else _same(output["evalue"])
        return {"kind": kind, "ename": output["ename"], "evalue": value, "traceback": lines}
    data = {
        name: "" if name.startswith("application/vnd.jupyter.widget") else _same(value)
        for name, value in output["data"].items()
    }
    return {"kind": kind, "data": data}


def _same(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    return NUMBERED.sub("#", COLOUR.sub("", text)).replace(str(Path.home()), "~")
