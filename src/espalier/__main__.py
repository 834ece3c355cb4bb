"""`python -m espalier`."""

from __future__ import annotations

import sys


def main() -> None:
    """The entry point of the `espalier` command."""
    try:
        from .cli import main as run
    except ImportError as problem:
        if (problem.name or "").partition(".")[0] == "espalier":
            raise
        sys.stderr.write(f"error: the package {problem.name} is missing: {problem}\n  next: pip install espalier\n")
        sys.exit(7)
    run()


if __name__ == "__main__":
    main()
