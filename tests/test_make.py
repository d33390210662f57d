"""A bare clone is enough: what make, the lock files and the Procfile promise before any of our code runs."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from honcho.environ import parse_procfile
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-dev.txt")
LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^ ;]+)", re.MULTILINE)


def project() -> dict[str, list[str]]:
    """What pyproject.toml asks for, by the lock file that answers."""
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = facts["project"]["dependencies"]
    return {LOCKS[0]: runtime, LOCKS[1]: [*runtime, *facts["dependency-groups"]["dev"]]}


def locked(name: str) -> dict[str, str]:
    return {canonicalize_name(match["name"]): match["version"] for match in LOCKED.finditer((ROOT / name).read_text())}


def make(*words: str, folder: Path = ROOT, **env: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    return subprocess.run(["make", *words], cwd=folder, env={**outside, **env}, capture_output=True, text=True, timeout=60)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A clone in which nothing was made yet."""
    for name in ("Makefile", "requirements-dev.txt"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


class TestLocks:
    @pytest.mark.parametrize("name", LOCKS)
    def test_each_package_has_a_version_and_hashes(self, name: str) -> None:
        entries = re.split(r"\n(?=\S)", (ROOT / name).read_text().strip())
        assert len(entries) > 50
        assert [entry for entry in entries if not LOCKED.match(entry) or "--hash=sha256:" not in entry] == []

    @pytest.mark.parametrize("name", LOCKS)
    def test_no_place_is_named_where_packages_come_from(self, name: str) -> None:
        assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links|file:", (ROOT / name).read_text()) == []

    @pytest.mark.parametrize("name", LOCKS)
    def test_all_that_the_project_asks_for_is_locked_in_a_version_it_accepts(self, name: str) -> None:
        versions = locked(name)
        wanted = [Requirement(line) for line in project()[name]]
        assert [str(ask) for ask in wanted if not ask.specifier.contains(versions.get(canonicalize_name(ask.name), "0"))] == []

    def test_tests_run_on_the_versions_that_production_gets(self) -> None:
        production, tests = (locked(name) for name in LOCKS)
        assert {name: tests.get(name) for name in production} == production


class TestMake:
    def test_it_lists_its_targets_when_asked_nothing(self) -> None:
        listed = make().stdout
        for target in ("run", "test", "lint", "format", "types", "check", "bench", "lock"):
            assert re.search(rf"^  make {target} +\S", listed, re.MULTILINE), target

    def test_without_a_fitting_python_it_says_which_and_how_to_get_it(self, bare: Path) -> None:
        done = make("run", "PYTHON=", folder=bare)
        assert done.returncode != 0
        assert "Homeward needs Python 3.11 to 3.14" in done.stdout
        assert "apt-get install python3-venv" in done.stdout
        assert not (bare / ".venv").exists()

    def test_it_passes_over_a_python_that_is_too_old_or_broken(self, bare: Path) -> None:
        programs = bare / "bin"
        programs.mkdir()
        for name in ("python3", "python3.14"):
            (programs / name).write_text("#!/bin/sh\nexit 1\n")
            (programs / name).chmod(0o755)
        (programs / "python3.13").symlink_to(sys.executable)
        done = make("--eval", "which: ; @echo found $(PYTHON)", "which", folder=bare, PATH=f"{programs}:/usr/bin:/bin")
        assert done.stdout.strip() == "found python3.13", done.stderr

    def test_packages_are_installed_anew_only_when_the_lock_changed(self, bare: Path) -> None:
        ready = bare / ".venv" / ".ready"
        ready.parent.mkdir()
        os.utime(bare / "requirements-dev.txt", (1_000, 1_000))
        ready.touch()
        assert make("--question", ".venv/.ready", folder=bare).returncode == 0
        os.utime(ready, (500, 500))
        assert make("--question", ".venv/.ready", folder=bare).returncode == 1

    def test_the_installer_itself_is_locked_with_its_hashes(self) -> None:
        cut = subprocess.run(
            ["sed", "-n", r"/^uv==/,/[^\\]$/p", "requirements-dev.txt"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        lines = cut.stdout.splitlines()
        assert lines[0].startswith("uv==")
        assert len(lines) > 2
        assert all("--hash=sha256:" in line for line in lines[1:])


class TestProcfile:
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes

    def test_the_processes_of_a_publication_are_all_there(self) -> None:
        assert list(self.processes) == ["web", "worker", "beat", "valkey", "outlet"]

    def test_each_replaces_its_shell_so_that_a_signal_reaches_it(self) -> None:
        assert [name for name, command in self.processes.items() if not command.startswith("exec ")] == []

    def test_each_program_is_installed(self) -> None:
        programs = {command.split()[1] for command in self.processes.values()}
        assert [name for name in programs if not (Path(sys.executable).parent / name).exists()] == []


def test_what_make_makes_is_not_committed() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/.venv", "/var", "/.env"} <= set(ignored)


def test_ci_runs_what_a_person_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script]).returncode == 0
    assert script.read_text().rstrip().endswith("exec make test")
