"""The command group. Each verb lives in a file of its own and is imported when it is used."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from practicum import __version__

__all__ = ["main", "practicum"]

VERBS = {
    "init": "Lay down a new course.",
    "new": "Scaffold a brief or a rubric.",
    "check": "Report every problem of briefs, rubrics, people and course.yml.",
    "publish": "Prove a brief and release it to students.",
    "collect": "Take in what students handed in.",
    "grade": "Run and score the submissions.",
    "mark": "Enter marks for written answers from a table.",
    "review": "Take in employers' assessments.",
    "room": "Let reviewers judge on a page of their own.",
    "moderate": "Decide where reviewers disagree.",
    "release": "Give students their feedback.",
    "status": "Show where everything stands, and what to do next.",
    "report": "Make the cohort report.",
    "hub": "Run the course on a JupyterHub.",
    "receipt": "Check a signed receipt of what was handed in.",
    "doctor": "Look at what a course needs on this machine, and say what to do.",
    "demo": "Walk the whole road with a sample cohort.",
}
"""The commands in the order of the road; each is ``command`` in the module of its name."""

EXTRA_OF = {
    "nbgrader": "grading",
    "sqlalchemy": "grading",
    "alembic": "grading",
    "papermill": "grading",
    "pandas": "grading",
    "nh3": "grading",
    "nbformat": "grading",
    "nbclient": "grading",
    "nbconvert": "grading",
    "nbval": "grading",
    "IPython": "grading",
    "ipykernel": "grading",
    "tornado": "grading",
    "traitlets": "grading",
    "asttokens": "grading",
    "executing": "grading",
    "stack_data": "grading",
    "jupyter_client": "grading",
    "jupyter_core": "grading",
    "jupyterlab": "grading",
    "notebook": "grading",
    "numpy": "grading",
    "filelock": "grading",
    "jinja2": "grading",
    "markupsafe": "grading",
    "matplotlib": "grading",
    "psutil": "grading",
    "pytest": "grading",
    "voila": "review",
    "jupyterhub": "hub",
    "cryptography": "hub",
    "fastapi": "hub",
    "fsspec": "hub",
    "jwt": "hub",
    "limits": "hub",
    "uvicorn": "hub",
    "requests": "grading",
    "rapidfuzz": "grading",
    "urllib3": "grading",
    "starlette": "hub",
    "psycopg": "postgresql",
    "dask": "cluster",
    "distributed": "cluster",
}


class Verbs(click.Group):
    """Imports a verb only when it is called, so that ``practicum --help`` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 (click's signature)
        """Return the verbs in the order of the road."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return the command, or None when there is no such verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"practicum.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of verbs without importing any of them."""
        with formatter.section("Commands, in the order of the road"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve as click does, but suggest the nearest verb when there is none."""
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            from practicum.errors import UnknownName  # noqa: PLC0415 (only on this path)

            raise UnknownName("command", args[0], VERBS)
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="practicum")
def practicum() -> None:
    """Take an employer's brief to marks and feedback.

    The commands stand in the order of the road: check, publish, collect, grade, review,
    moderate, release. Each one can be run again without harm.

    \b
    Example:
      practicum init mycourse && cd mycourse
      practicum publish first-steps
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; exit 0, or 1 when something failed, or 2 on bad input."""
    from practicum.cli.output import fail  # noqa: PLC0415 (keeps --help quick)
    from practicum.errors import MissingExtra, PracticumError  # noqa: PLC0415

    try:
        result: Any = practicum.main(arguments, standalone_mode=False)
    except PracticumError as error:
        fail(error)
    except click.exceptions.Abort:
        click.echo("Stopped. Run the same command again to go on.", err=True)
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        if isinstance(error, click.NoSuchOption) and error.option_name == "--course":
            click.echo("Options stand behind the command: practicum status --course DIR", err=True)
        sys.exit(2)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        message = f"{place}{error.strerror or error}: check the path, its rights and the free space"
        fail(PracticumError(message))
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package not in EXTRA_OF:
            raise
        fail(MissingExtra(EXTRA_OF[package], package))
    sys.exit(result if isinstance(result, int) else 0)
