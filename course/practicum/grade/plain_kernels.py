"""Which kernel runs a notebook of a foreign course: the warm one, or none that we can start."""

from __future__ import annotations

import sys
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from practicum.errors import BadInput
from practicum.gradebook import AnswerKey

__all__ = ["kernel_note"]

WARM = "python3"
UNKNOWN = (
    "{notebook}: its kernel {name!r} is not installed here: install it, or run it with another: "
    "--kernel {warm}"
)
COLD = (
    "{notebook}: its kernel {name!r} ({language}) is not the Python that practicum runs in, and "
    "only that one can be started here: use `nbgrader autograde`, or --kernel {warm} if it is "
    "the same language"
)
SUBSTITUTED = "{notebook} asks for the kernel {name!r}: {substitute} ran it instead"


def kernel_note(key: AnswerKey, substitute: str = "") -> str:
    """Return what has to be said of the kernel of a notebook; "" where it is the right one.

    Args:
        key: The notebook.
        substitute: The kernel to take where the right one cannot be had.

    Raises:
        BadInput: There is no such kernel here, and no substitute is given.

    """
    name = key.kernelspec.get("name", WARM)
    found = _language(name)
    if found == "":
        return ""
    if substitute:
        if _language(substitute) != "":
            message = f"--kernel {substitute}: only this Python can run notebooks: --kernel {WARM}"
            raise BadInput(message)
        return SUBSTITUTED.format(notebook=key.notebook, name=name, substitute=substitute)
    form = UNKNOWN if found is None else COLD
    raise BadInput(form.format(notebook=key.notebook, name=name, language=found, warm=WARM))


def _language(name: str) -> str | None:
    """Return a kernel's language: "" for this very Python, None where there is no such kernel."""
    if name == "python":
        # As jupyter_client reads it.
        name = WARM
    try:
        spec = KernelSpecManager().get_kernel_spec(name)
    except NoSuchKernel:
        return "" if name == WARM else None
    program = spec.argv[0] if spec.argv else ""
    ours = {"python", "python3", f"python{sys.version_info.major}.{sys.version_info.minor}"}
    here = program in ours or (Path(program).parent == Path(sys.executable).parent)
    if spec.language == "python" and here and "ipykernel_launcher" in spec.argv:
        return ""
    return str(spec.language)
