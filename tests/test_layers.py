"""Which way imports point: DESIGN's two tables, read from the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ["publication", "home", "syndication"]  # each may import those after it

# Each room of the engine may import its own and those below.
ROOMS = [
    {
        "wagtail_hooks",
        "admin",
        "receivers",
        "syndicating",
        "panels",
        "checks",
        "apps",
        "tasks",
        "management",
        "health",
        "keys",
        "metrics",
        "inbox",
        "partners",
        "responses",
    },
    {
        "planning",
        "preflight",
        "answers",
        "delivering",
        "rechecking",
        "settling",
        "verifying",
        "visiting",
        "leaning",
        "discovering",
        "killing",
        "lettering",
        "charting",
        "digesting",
        "responding",
        "conversing",
        "moderating",
        "following",
        "scheduling",
        "doorbell",
        "production",
        "noticing",
        "telling",
        "watching",
        "errands",
        "examining",
        "pulse",
        "reading",
        "receiving",
        "tending",
        "pulling",
        "archiving",
        "feeding",
        "hub",
        "auditing",
        "counting",
        "remembering",
        "sighting",
        "admitting",
        "checking",
    },
    {"connectors"},
    {"models", "pages", "arrivals"},
    {
        "story",
        "contract",
        "rights",
        "readers",
        "rules",
        "receipt",
        "turns",
        "incoming",
        "canonical",
        "judge",
        "judgement",
        "terms",
        "standing",
        "snapshot",
        "keeping",
        "drift",
        "likeness",
        "findings",
        "conversation",
        "wording",
        "mentions",
        "linked_data",
        "markup",
        "metadata",
        "signing",
        "http",
        "errors",
        "credentials",
        "discretion",
        "renderers",
    },
]
# Whatever opens sockets for us. `socket` itself is only for the door; urllib.parse opens none.
CLIENTS = {"requests", "urllib3", "httpx", "aiohttp", "http.client", "urllib.request", "ssrfguard", "socket", "smtplib", "pycurl"}


def modules(package: str) -> list[Path]:
    return [path for path in sorted((ROOT / package).rglob("*.py")) if "migrations" not in path.parts]


def imports(path: Path, *, at_run_time: bool = True, top_only: bool = False) -> Iterator[str]:
    """The dotted names a file imports: `a.b` for `import a.b`, `a.b` and `a.b.c` for `from a.b import c`."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    yield from _imports(tree, at_run_time, top_only)


def _imports(node: ast.AST, at_run_time: bool, top_only: bool) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if at_run_time and isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        if top_only and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "relative imports hide which way they point"
            yield child.module or ""
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        yield from _imports(child, at_run_time, top_only)


def room(name: str) -> int | None:
    """The number of the room that `syndication.x…` is in; None for the package itself."""
    parts = name.split(".")
    return next((number for number, own in enumerate(ROOMS) if len(parts) > 1 and parts[1] in own), None)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_downwards_only(package: str) -> None:
    above = PACKAGES[: PACKAGES.index(package)]
    wrong = [
        f"{dotted(path)} imports {name}"
        for path in modules(package)
        for name in imports(path, at_run_time=False)
        if name.split(".")[0] in [*above, "tests", "demo", "benchmarks"]
    ]
    assert wrong == []


def test_every_module_of_the_engine_has_a_room() -> None:
    homeless = [dotted(path) for path in modules("syndication") if path.name != "__init__.py" and room(dotted(path)) is None]
    assert homeless == []


def test_inside_the_engine_imports_point_downwards() -> None:
    wrong = []
    for path in modules("syndication"):
        own = room(dotted(path))
        for name in imports(path):
            theirs = room(name) if name.startswith("syndication.") else None
            if own is not None and theirs is not None and theirs < own:
                wrong.append(f"{dotted(path)} (room {own}) imports {name} (room {theirs})")
    assert wrong == []


def test_only_the_door_imports_an_http_client() -> None:
    found = {
        dotted(path)
        for package in PACKAGES
        for path in modules(package)
        for name in imports(path)
        if any(name == client or name.startswith(f"{client}.") for client in CLIENTS)
    }
    assert {".".join(name.split(".")[:2]) for name in found} == {"syndication.http"}


def test_tasks_import_their_verbs_only_inside_functions_and_nobody_needs_a_broker_to_import_the_verbs() -> None:
    tasks = ROOT / "syndication/tasks.py"
    assert [name for name in imports(tasks, top_only=True) if name.startswith("syndication")] == []
    verbs = [path for path in modules("syndication") if room(dotted(path)) == 1]
    assert [dotted(path) for path in verbs if "syndication.tasks" in imports(path)] == []


def test_each_task_is_two_lines() -> None:
    tree = ast.parse((ROOT / "syndication/tasks.py").read_text())
    longest = max(len(node.body) for node in tree.body if isinstance(node, ast.FunctionDef))
    assert longest <= 4, "a docstring, one or two imports, one statement"


def test_the_connectors_base_knows_no_models() -> None:
    """A connector knows stories, never pages or rows."""
    for path in modules("syndication/connectors"):
        names = list(imports(path))
        assert not [
            name for name in names if name.startswith(("syndication.models", "syndication.pages", "django.db", "wagtail"))
        ]


def test_values_know_no_rows_and_no_pages() -> None:
    for path in modules("syndication"):
        if room(dotted(path)) == len(ROOMS) - 1:
            assert not [name for name in imports(path) if name.startswith(("django.db", "wagtail", "syndication.models"))], path


def test_there_is_no_room_for_odds_and_ends() -> None:
    names = {path.name for package in PACKAGES for path in modules(package)}
    assert names.isdisjoint({"utils.py", "helpers.py", "services.py", "manager.py", "managers.py", "misc.py", "common.py"})


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    suffixes = {".py", ".html", ".toml", ".md", ".js", ".css", ".txt", ".yml", ""}
    rooms = [*PACKAGES, "templates", "tests", "demo", "docs"]
    files = [path for folder in rooms for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in suffixes]
    private = ["/" + "work/", "/" + "root/", "/home/" + "user"]
    assert [str(path) for path in files if any(name in path.read_text(errors="replace") for name in private)] == []
