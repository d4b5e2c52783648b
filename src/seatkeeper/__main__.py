"""``python -m seatkeeper`` is the command ``seatkeeper``."""

from seatkeeper.cli.main import run

if __name__ == "__main__":
    run()
