"""practicum room serve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from practicum.cli.output import course_option, show_progress
from practicum.cli.saying import say, some
from practicum.course import Course
from practicum.errors import BadInput, MissingExtra

if TYPE_CHECKING:
    from practicum.room import Serving
    from practicum.room.hub_door import HubPlace

__all__ = ["serve"]


@click.command()
@click.argument("briefs", nargs=-1, metavar="[BRIEF]...")
@click.option("--port", type=click.IntRange(0, 65535), default=8870, show_default=True)
@click.option("--host", default="127.0.0.1", help="The address to listen at.", show_default=True)
@click.option("--base", default="/", help="The prefix of addresses behind a proxy.")
@click.option("--https", "secure", is_flag=True, help="A proxy in front of it speaks https.")
@click.option("--notebook", type=click.Path(path_type=Path), help="The page around the form.")
@click.option("--hub", "as_service", is_flag=True, help="As the service of a JupyterHub.")
@click.pass_context
@course_option
def serve(  # noqa: PLR0913, PLR0917 (click hands over every option)
    context: click.Context,
    course: Course,
    briefs: tuple[str, ...],
    port: int,
    host: str,
    base: str,
    secure: bool,
    notebook: Path | None,
    *,
    as_service: bool,
) -> int:
    """Serve the room of BRIEF, or of all briefs, until it is interrupted (Ctrl+C).

    The pages of the graded submissions are made first; nothing of a student's runs. What is
    graded meanwhile comes in by itself. Behind a proxy with https, give --https, and --base if
    the proxy gives the room a prefix.

    With --hub, a JupyterHub starts the command as its service: who has an account there and is
    a reviewer in the roster comes in by it, beside the links. The hub says where to listen.
    """
    hub = _hub() if as_service else None
    if hub is not None:
        base, secure = hub.prefix, secure or hub.is_https
        host, port = (host if _is_given(context, "host") else hub.host), hub.port
    if not (base.startswith("/") and base.endswith("/")):
        message = f"{base!r}: a prefix begins and ends with a slash, such as /review/"
        raise BadInput(message)
    from practicum.room import serve as serve_room  # noqa: PLC0415 (keeps --help quick)

    def tell(serving: Serving) -> None:
        say(
            f"{some(serving.submissions, 'submission')} of {', '.join(serving.briefs)} at "
            f"{serving.address} Stop with Ctrl+C."
        )
        if not serving.submissions and hub is None:
            say("Nothing is graded yet: what is graded now comes in by itself.")

    with show_progress() as progress:
        serve_room(
            course,
            briefs,
            port=port,
            host=host,
            base=base,
            secure=secure,
            notebook=notebook,
            hub=hub,
            progress=progress,
            ready=tell,
        )
    return 0


def _hub() -> HubPlace:
    """Return what the hub tells; from here on no child of this process has its token."""
    try:
        from practicum.room.hub_door import hub_place  # noqa: PLC0415 (needs the extra hub)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "jupyterhub":
            raise
        raise MissingExtra("hub", "jupyterhub") from None
    return hub_place()


def _is_given(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE
