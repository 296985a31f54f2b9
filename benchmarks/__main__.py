"""`make bench`: every benchmark beside something known in the same run. Read the ratios; times are this machine's."""

from __future__ import annotations

from benchmarks import dispatch, identity, log, messages, streaming


def main() -> None:
    """Print one line for each comparison."""
    for suite in (dispatch, messages):
        for comparison in suite.comparisons():
            print(comparison, flush=True)
    for suite in (identity, streaming, log):
        for line in suite.lines():
            print(line, flush=True)


if __name__ == "__main__":
    main()
