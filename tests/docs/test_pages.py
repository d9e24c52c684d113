"""The Python code of the documentation runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "_build" not in page.parts and BLOCK.search(page.read_text(encoding="utf-8"))
]


def script(page):
    """The blocks of a page one after the other, each at its line, so that errors name lines of the page."""
    text = page.read_text(encoding="utf-8")
    code = ""
    for block in BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(1))
        code += "\n" * (first - code.count("\n")) + block.group(1)
    return code


def test_pages_with_code_are_found():
    names = {page.name for page in PAGES}
    assert {"README.md", "python.md", "sweep.md", "protocol.md", "trajectory.md", "compare.md", "recorder.md"} <= names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_code_of_a_page_runs(page, tmp_path):
    (tmp_path / "inputs").symlink_to(ROOT / "inputs", target_is_directory=True)
    file = tmp_path / f"{page.stem}_page.py"
    file.write_text(script(page), encoding="utf-8")
    done = subprocess.run([sys.executable, file], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout
