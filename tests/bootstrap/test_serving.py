"""``serve``, ``web`` and ``worker`` as an administrator meets them: ready, orderly, plain about faults."""

import os
import signal
import socket
from pathlib import Path

import httpx
import psycopg
import pytest

from lab.processes import DiedEarlyError, Server
from lab.seatkeeper import QUICK, Seatkeeper, running_seatkeeper
from tests.waiting import eventually


def _children(server: Server) -> dict[str, int]:
    """Find web and worker below a running ``serve``, by the last word of their command line."""
    pid = server.child.pid
    pids = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return {Path(f"/proc/{child}/cmdline").read_text().rstrip("\0").rpartition("\0")[2]: child for child in pids}


def _is_gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.slow
def test_serve_needs_nothing_and_leaves_nothing_running(directory: Path) -> None:
    seatkeeper = Seatkeeper(directory)
    serve = seatkeeper.start_serve()
    try:
        children = _children(serve)
        assert sorted(children) == ["web", "worker"]
        eventually(lambda: "workers: 1 alive" in seatkeeper.command("doctor", check=False).stdout)
        doctor = seatkeeper.command("doctor")
        assert doctor.stdout.count("✓") == 8
    finally:
        os.kill(serve.child.pid, signal.SIGINT)
        status = serve.child.wait(15)
    assert status == 0
    assert all(_is_gone(pid) for pid in children.values())
    assert not (seatkeeper.data / "postgres/postmaster.pid").exists()


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["web", "worker"])
def test_when_one_of_the_two_dies_serve_ends_and_says_so(tmp_path: Path, database_url: str, victim: str) -> None:
    seatkeeper = Seatkeeper(tmp_path, database_url)
    serve = seatkeeper.start_serve()
    children = _children(serve)
    os.kill(children[victim], signal.SIGKILL)
    assert serve.child.wait(15) == 1
    assert f"process={victim}" in serve.log_tail()
    assert all(_is_gone(pid) for pid in children.values())


@pytest.mark.slow
def test_when_serve_is_killed_web_and_worker_end_too(tmp_path: Path, database_url: str) -> None:
    seatkeeper = Seatkeeper(tmp_path, database_url)
    serve = seatkeeper.start_serve()
    children = _children(serve)
    os.kill(serve.child.pid, signal.SIGKILL)
    serve.child.wait(5)
    eventually(lambda: all(_is_gone(pid) for pid in children.values()))


@pytest.mark.slow
def test_an_orderly_stop_ends_with_status_0(tmp_path: Path, database_url: str) -> None:
    with running_seatkeeper(tmp_path, database_url, env=QUICK) as seatkeeper:
        assert seatkeeper.is_ready()
        health = httpx.get(f"{seatkeeper.url}/healthz", verify=False)
        eventually(lambda: "seatkeeper_workers 1.0" in _metrics(seatkeeper))
        metrics = _metrics(seatkeeper)
        assert seatkeeper.stop() == [0, 0]
    assert (health.status_code, health.text) == (200, "ok\n")
    assert "server" not in health.headers
    assert 'seatkeeper_requests_total{method="GET",status="200"}' in metrics
    assert 'seatkeeper_jobs_open{state="queued"} 0.0' in metrics


def _metrics(seatkeeper: Seatkeeper) -> str:
    return httpx.get(f"{seatkeeper.url}/metrics", verify=False).text


@pytest.mark.slow
def test_a_database_of_your_own_is_migrated_by_you(tmp_path: Path, database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    seatkeeper = Seatkeeper(tmp_path, database_url)
    refused = seatkeeper.command("web", check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines() == [
        "The database does not have the tables of this release. Run: seatkeeper migrate"
    ]
    assert (
        "✗ tables: at revision none — Run: seatkeeper migrate" in seatkeeper.command("doctor", check=False).stdout
    )
    assert seatkeeper.command("migrate").stdout.startswith("Migrated none → ")
    assert seatkeeper.command("migrate").stdout.endswith(" already.\n")


def test_a_bad_setting_is_one_sentence_and_status_2(tmp_path: Path, database_url: str) -> None:
    refused = Seatkeeper(tmp_path, database_url, env={"SEATKEEPER_PORT": "hunter2"}).command("serve", check=False)
    assert refused.returncode == 2
    [line] = refused.stderr.splitlines()
    assert line.startswith("SEATKEEPER_PORT: ")
    assert "hunter2" not in line


@pytest.mark.slow
def test_a_port_that_is_taken_is_named(tmp_path: Path, database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        seatkeeper = Seatkeeper(tmp_path, database_url, env={"SEATKEEPER_PORT": port})
        with pytest.raises(
            DiedEarlyError, match=f"Cannot listen on 127.0.0.1, port {port}: Address already in use"
        ):
            seatkeeper.start_web()


@pytest.mark.slow
def test_a_database_that_is_not_there_is_told_without_its_password(tmp_path: Path) -> None:
    seatkeeper = Seatkeeper(tmp_path, "postgresql://me:hunter2@127.0.0.1:1/seats")
    refused = seatkeeper.command("migrate", check=False)
    assert refused.returncode == 1
    assert "The database cannot be reached" in refused.stderr
    examined = seatkeeper.command("doctor", "--json", check=False)
    assert examined.returncode == 1
    assert "hunter2" not in refused.stderr + examined.stdout + examined.stderr
