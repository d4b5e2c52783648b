"""``seatkeeper connector lint`` tells of every mistake in manifests, and of those that have none."""

import subprocess
import sys
from pathlib import Path

from seatkeeper.catalog.shelves import OURS

SEATKEEPER = Path(sys.executable).with_name("seatkeeper")


def test_each_fault_is_told_with_file_and_line_and_the_status_says_so(tmp_path: Path) -> None:
    good, bad = OURS / "redmine.yaml", tmp_path / "redmine.yaml"
    text = good.read_text()
    line = text[: text.index("new_id: body.user.id")].count("\n") + 1
    bad.write_text(text.replace("new_id: body.user.id", "new_id: bdy.user.id"))
    (tmp_path / "odd.yaml").write_text(
        text.replace("    mail: firstOf", "    email: firstOf").replace(", mail]", "]")
    )
    done = subprocess.run(
        [str(SEATKEEPER), "connector", "lint", str(good), str(bad), str(tmp_path / "odd.yaml")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    told = done.stdout.splitlines()
    assert told[0] == f"{good}: nothing is wrong"
    assert told[2] == f"{tmp_path}/odd.yaml: mapping: email: the app has no such attribute"
    assert told[1].startswith(f"{bad}:{line}: accounts.new_id: ")
    assert "2 of 3 manifests cannot be used" in done.stderr
