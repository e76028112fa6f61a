"""Helpers of the end-to-end tests. Python standard library only."""
import pathlib
import sys

# The reader of capture files is shared with `scripts/run --demo`.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "scripts" / "lib"))
