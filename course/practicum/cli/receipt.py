"""practicum receipt."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from practicum.cli.output import console, json_option, print_json

if TYPE_CHECKING:
    from practicum.cli.receipt_check import Checked

__all__ = ["command"]


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--key",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The course's public key, in PEM.",
)
@click.option(
    "--service",
    metavar="URL",
    help="Where the course's service is, which gives its key (default: where the hub says).",
)
@click.option(
    "--folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The files that it is about (default: the assignment's folder beside it).",
)
@json_option
def command(
    file: Path, key: Path | None, service: str | None, folder: Path | None, as_json: bool
) -> int:
    """Check a signed receipt: who handed in what, when, and whether the files are the same.

    FILE is a receipt that "Check and hand in" keeps in the folder receipts, or receipt.jws, which
    nbgrader keeps beside its copy of what was handed in. Needs the extra hub.
    Exit code 1: the signature is not the course's, or a file differs.

    \b
    Example:
      practicum receipt receipts/first-steps-20270120-120102.json --key key.pem
    """
    from practicum.cli.receipt_check import check, key_of  # noqa: PLC0415 (keeps --help quick)

    if key is None and not service:
        service = os.environ.get("PRACTICUM_SERVICE_URL", "").strip()
    checked = check(file, key_of(key, service), folder)
    if as_json:
        print_json(checked)
    else:
        _show(checked)
    return 0 if checked.same else 1


def _show(checked: Checked) -> None:
    if not checked.signed or checked.claims is None:
        console.print(f"[red]{escape(checked.why)}[/]", soft_wrap=True)
        return
    claims, found = checked.claims, checked.found
    said = (
        f"The course {claims.course} signed: {claims.student} handed in {claims.assignment}, "
        f"{claims.files} files, received {claims.received_at:%Y-%m-%d %H:%M:%S %Z}."
    )
    console.print(escape(said), soft_wrap=True)
    console.print(escape(f"Receipt {claims.id}, key {checked.kid}"), soft_wrap=True)
    if found is None:
        console.print("The signature is right. The files were not compared: name --folder DIR.")
    elif found.same:
        console.print(f"[green]{escape(str(checked.folder))} has exactly these files.[/]")
        _list("Not among them, since they came later or are not taken", found.more)
    elif not found.listed:
        console.print(
            f"[red]{escape(str(checked.folder))} differs. No list of files lies beside this "
            "receipt: compare with the copy in nbgrader_cache.[/]",
            soft_wrap=True,
        )
    else:
        console.print(f"[red]{escape(str(checked.folder))} differs from what was handed in.[/]")
        _list("Changed", found.changed)
        _list("Missing", found.missing)
        if not (found.changed or found.missing):
            console.print("The list of files beside the receipt is not the one that was signed.")


def _list(title: str, names: tuple[str, ...]) -> None:
    from practicum.file_names import shown  # noqa: PLC0415 (keeps --help quick)

    if names:
        console.print(escape(f"{title}: {', '.join(map(shown, names))}"), soft_wrap=True)
