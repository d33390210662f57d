"""Two programs by which other people's sites send Webmentions, as they are: ronkyuu and pushl, in an environment of their own.

`python -m tests.senders` installs them into var/senders, once.
"""

import subprocess
import venv
from pathlib import Path

PACKAGES = ("ronkyuu==0.9", "pushl==0.4.1", "requests", "beautifulsoup4", "html5lib", "setuptools<81")
FOLDER = Path(__file__).resolve().parent.parent / "var" / "senders"
PYTHON = FOLDER / "bin" / "python"
INSTALLED = FOLDER / ".installed"
RONKYUU = """
import sys
from ronkyuu import findMentions, sendWebmention
source, *_ = sys.argv[1:]
for target in sorted(findMentions(source, test_urls=False)["refs"]):
    answer, told = sendWebmention(source, target, test_urls=False, debug=True)
    print(answer.status_code if answer is not None else None, *told, sep="\\n")
"""


def install() -> None:
    """Install both, unless they are there."""
    if INSTALLED.is_file():
        return
    venv.create(FOLDER, with_pip=True, clear=True)
    subprocess.run([PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
    INSTALLED.touch()


def ronkyuu(source: str) -> str:
    """Have ronkyuu find the links of a page and tell each page it links to. Returns what it says."""
    return _said("-c", RONKYUU, source)


def pushl(feed: str) -> str:
    """Have pushl read a feed and tell each page that its entries link to. Returns what it says."""
    return _said("-m", "pushl", "-vv", "--self-pings", "--no-recurse", "--timeout", "20", feed)


def _said(*words: str) -> str:
    done = subprocess.run([PYTHON, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


if __name__ == "__main__":
    install()
    print(f"ronkyuu and pushl are in {FOLDER}")
