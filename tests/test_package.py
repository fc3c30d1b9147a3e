"""What stands around the package: versions, project files, and what a distribution holds."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from flake8_training_phase import __version__
from tests.generate_docs import ROOT
from tests.measured_rows import anchor_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

yaml = pytest.importorskip("yaml")

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PAGES = sorted(one for where in (".", ".github", "examples") for one in (ROOT / where).glob("*.md"))
PAGES += sorted((ROOT / "docs").rglob("*.md"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[0-9]-*.yml"))


def loaded(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_changelog_has_the_version() -> None:
    released = re.findall(
        r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert released[0] == __version__


def test_the_workflow_tests_each_python_that_is_claimed() -> None:
    job = loaded(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]["ci"]
    tested = job["strategy"]["matrix"]["python-version"]
    claimed = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    assert tested == ["3.10", "3.11", "3.12", "3.13", "3.14"]
    assert set(claimed) <= set(tested)
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    assert (ROOT / ".ci" / "run").is_file()


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_issue_forms_ask_for_a_file_and_the_versions(path: Path) -> None:
    form = loaded(path)
    assert {"name", "description", "body"} <= set(form)
    fields = {one["id"]: one for one in form["body"]}
    assert {"code", "versions"} <= set(fields)
    assert all(fields[name]["validations"]["required"] for name in ("code", "versions"))


def test_there_is_a_form_for_each_kind_of_report() -> None:
    assert [path.stem for path in FORMS] == ["1-false-finding", "2-missed-bug", "3-wrong-fix"]


def test_own_hooks_are_commands_that_are_there() -> None:
    hooks = loaded(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    assert {hook["language"] for hook in hooks} == {"system"}
    assert [hook["entry"].split()[0] for hook in hooks] == ["ruff", "ruff", "mypy", "python"]


def test_a_source_distribution_has_what_its_tests_read() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert all((ROOT / one).exists() for one in included)
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    if not tracked:
        pytest.skip("needs a checkout")
    left_out = {one for one in tracked if one.partition("/")[0] not in included}
    assert left_out == {".gitignore", "pyproject.toml"}  # hatchling adds both by itself.


def test_the_pages_that_findings_link_to_are_installed() -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"docs": "flake8_training_phase/docs"}


def test_on_a_package_index_no_link_leads_nowhere() -> None:
    [change] = PROJECT["tool"]["hatch"]["metadata"]["hooks"]["fancy-pypi-readme"]["substitutions"]
    readme = re.sub(change["pattern"], change["replacement"], (ROOT / "README.md").read_text(encoding="utf-8"))
    assert all(target.startswith("https://") for target in re.findall(r"\]\(([^)]+)\)", readme))
    assert "[release by release]" not in readme
    assert "release by release" in readme


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    return {anchor_of(heading) for heading in re.findall(r"^#+ .+$", prose(page), re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"(?<!`)\]\((?!https?://)([^)\s]+)", prose(page)):
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target
