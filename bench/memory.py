"""Memory of a process, as Linux tells it, in bytes."""

from pathlib import Path


def resident(pid: int) -> int:
    """Give what it has now."""
    return _field(pid, "VmRSS")


def peak(pid: int) -> int:
    """Give the most it had since ``forget_peak``."""
    return _field(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Let the peak begin anew."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def _field(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    [kilobytes] = [line.split()[1] for line in lines if line.startswith(f"{name}:")]
    return int(kilobytes) * 1024
