"""`python -m espalier`."""

from __future__ import annotations


def main() -> None:
    """The entry point of the `espalier` command."""
    from .cli import main as run

    run()


if __name__ == "__main__":
    main()
