"""The sample course as it stands on a host, and the files of deploy/."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
KUBERNETES = ROOT / "deploy" / "kubernetes"

HostedCourse = Callable[[str], Path]


def documents(*names: str) -> list[dict[str, Any]]:
    """Return the manifests of files below deploy/kubernetes."""
    return [
        document
        for name in names
        for document in yaml.safe_load_all((KUBERNETES / name).read_text(encoding="utf-8"))
    ]


@pytest.fixture(name="values", scope="session")
def fixture_values() -> dict[str, Any]:
    """Return values.yaml of the Helm chart."""
    found: dict[str, Any] = yaml.safe_load((KUBERNETES / "values.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture(name="manifests", scope="session")
def fixture_manifests() -> list[dict[str, Any]]:
    """Return the manifests of the services and of PostgreSQL."""
    names = ("course", "service", "room", "lab", "network")
    return documents(*(f"base/{name}.yaml" for name in names), "postgresql/postgresql.yaml")


@pytest.fixture(name="hosted")
def fixture_hosted(tmp_path: Path) -> HostedCourse:
    """Return what makes the sample course with a hub section for a host."""

    def make(host: str) -> Path:
        folder = tmp_path / "sample"
        for name in ("course.yml", "roster.yml", "placements.yml"):
            target = folder / "course" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / "course" / name, target)
        for brief in (ROOT / "assignments").iterdir():
            if (brief / "brief.yml").is_file():
                (folder / "assignments" / brief.name).mkdir(parents=True)
                target = folder / "assignments" / brief.name / "brief.yml"
                shutil.copyfile(brief / "brief.yml", target)
        shutil.copytree(ROOT / "rubrics", folder / "rubrics")
        with (folder / "course" / "course.yml").open("a", encoding="utf-8") as file:
            file.write(
                f"\nhub:\n  address: https://course.example.org\n  spawner: {host}\n"
                "  memory_mb: 900\n  idle_minutes: 30\n  admins: [lehmann]\n"
            )
        return folder

    return make
