"""The documentation is true: commands, options, keys and links are those of the package."""

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from practicum.cli.main import VERBS, practicum

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = ROOT / "docs" / "commands.md"
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.png"))

FENCE = re.compile(r"(?ms)^```(\w*)\n(.*?)^```")
INLINE = re.compile(r"(?s)`(practicum\s[^`]*)`")
OPERATORS = {"&&", "|", ";"}


def quoted(page: Path) -> Iterator[str]:
    """Yield every command line of practicum that a page quotes, in a block or in a line."""
    text = page.read_text(encoding="utf-8")
    for block in FENCE.finditer(text):
        for line in block[2].replace("\\\n", " ").splitlines():
            command = line.removeprefix("$ ").strip()
            if command.startswith("practicum ") and (block[1] != "console" or line[:2] == "$ "):
                yield command
    for found in INLINE.finditer(FENCE.sub("", text)):
        yield " ".join(found[1].split())


def words(line: str) -> list[str]:
    """Return the words of a command line up to the next command, without practicum's name."""
    parts = shlex.split(line, comments=True)[1:]
    end = next((index for index, part in enumerate(parts) if part in OPERATORS), len(parts))
    return parts[:end]


def command_of(verb: str) -> click.Command:
    """Return the click command of a verb."""
    command = practicum.get_command(click.Context(practicum), verb)
    assert command is not None, f"there is no command {verb!r}"
    return command


def parse(verb: str, arguments: list[str]) -> None:
    """Parse as click does, but without looking for a course; raise UsageError otherwise."""
    command = command_of(verb)
    if isinstance(command, click.Group):
        if not arguments:
            return
        name, *arguments = arguments
        if name not in command.commands:
            raise click.UsageError(f"practicum {verb} has no command {name!r}")
        command = command.commands[name]
    context = click.Context(command, info_name=verb)
    given, left, _order = command.make_parser(context).parse_args(list(arguments))
    if left:
        raise click.UsageError(f"too many arguments: {left}")
    for parameter in command.params:
        value = given.get(parameter.name or "")
        # Capitals stand for the reader's own: N, FILE.
        if isinstance(value, str) and not value.isupper():
            parameter.type_cast_value(context, (value,) if parameter.multiple else value)


def whole(command: click.Command) -> list[click.Command]:
    """Return a command and, if it is a group, the commands in it."""
    return [command, *(command.commands.values() if isinstance(command, click.Group) else ())]


def section(verb: str) -> str:
    """Return what docs/commands.md says of a verb."""
    text = COMMANDS.read_text(encoding="utf-8")
    found = re.search(rf"(?ms)^## {verb}$(.*?)(?=^## |\Z)", text)
    return found[1] if found else ""


def loaded(script: str) -> ModuleType:
    """Import a script by its path."""
    spec = importlib.util.spec_from_file_location(Path(script).stem, ROOT / "scripts" / script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


QUOTED = sorted({(page.name, line) for page in PAGES for line in quoted(page)})


def test_lines_are_found() -> None:
    """The search for quoted command lines finds them in every guide."""
    assert {"README.md", "commands.md", "instructor.md"} <= {page for page, _ in QUOTED}


@pytest.mark.parametrize(("page", "line"), QUOTED)
def test_a_quoted_command_line_parses(page: str, line: str) -> None:
    """Every command line in the documentation names a command and options that exist."""
    verb, *arguments = words(line)
    if verb == "COMMAND" or verb.startswith("-"):
        return
    try:
        parse(verb, [argument for argument in arguments if argument != "--help"])
    except click.UsageError as error:
        pytest.fail(f"{page}: {line}: {error.format_message()}")


@pytest.mark.parametrize("verb", VERBS)
def test_a_command_is_documented(verb: str) -> None:
    """Every command has a section in docs/commands.md with an example."""
    assert f"$ practicum {verb}" in section(verb)


@pytest.mark.parametrize("verb", VERBS)
def test_options_are_documented(verb: str) -> None:
    """The section of a command names its options: each of them, and no others."""
    options = {
        name
        for command in whole(command_of(verb))
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in parameter.opts
        if name.startswith("--")
    }
    rows = set(re.findall(r"(?m)^\| `(--[a-z-]+)", section(verb)))
    assert rows == options


def test_commands_stand_in_the_order_of_the_road() -> None:
    """docs/commands.md has the commands in the order of the road, and nothing else."""
    headings = re.findall(r"(?m)^## (.*)$", COMMANDS.read_text(encoding="utf-8"))
    assert headings == list(VERBS)


def test_the_page_of_files_is_fresh() -> None:
    """docs/files.md has every key of the models; scripts/files_page.py renews it."""
    made = subprocess.run(
        [sys.executable, "scripts/files_page.py"], cwd=ROOT, capture_output=True, check=False
    )
    assert made.returncode == 0, made.stderr.decode()
    fresh = made.stdout.decode() == (ROOT / "docs" / "files.md").read_text(encoding="utf-8")
    assert fresh, "run: python scripts/files_page.py --write"


def test_links_lead_somewhere(tmp_path: Path) -> None:
    """Every relative link in a page leads to a file, and to a heading that is there."""
    script = loaded("render_docs.py")
    sources = [page.relative_to(ROOT) for page in PAGES]
    pages = {source: script.render(source, tmp_path) for source in sources}
    assert script.broken_links(pages) == []


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_a_picture_is_small_and_shown(picture: Path) -> None:
    """Each picture is a PNG below 200 kB, and some page shows it."""
    content = picture.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 200_000
    assert any(picture.name in page.read_text(encoding="utf-8") for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_picture_has_words(page: Path) -> None:
    """A picture has a text for those who cannot see it, and is no raw HTML."""
    text = page.read_text(encoding="utf-8")
    assert "<img" not in text
    for words_of in re.findall(r"(?s)!\[([^\]]*)\]\(", FENCE.sub("", text)):
        assert len(words_of) > len("a picture of something")
