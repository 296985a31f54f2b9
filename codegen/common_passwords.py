"""Writes the blocklist of passwords from Django's list: `python -m codegen.common_passwords DJANGO_WHEEL`.

Run by hand, once in years; the result is committed, because the service must not need a network to refuse a password.
"""

from __future__ import annotations

import gzip
import sys
import unicodedata
import zipfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "impl/experience_plane/security_guard/data/common_passwords.txt"
SOURCE = "django/contrib/auth/common-passwords.txt.gz"
SHORTEST = 8
HEADER = """\
# Passwords that attackers try first, one a line, NFKC and case-folded; shorter ones are refused for their length.
# From django/contrib/auth/common-passwords.txt.gz of {wheel} (BSD-3-Clause, see common_passwords.license.txt;
# by Royce Williams from public breaches), by codegen/common_passwords.py.

"""


def main() -> int:
    """Write the data file; answers the exit status."""
    wheel = Path(sys.argv[1])
    with zipfile.ZipFile(wheel) as archive:
        listed = gzip.decompress(archive.read(SOURCE)).decode("utf-8").split("\n")
    folded = {unicodedata.normalize("NFKC", password).casefold() for password in listed}
    kept = sorted(password for password in folded if len(password) >= SHORTEST)
    version = "-".join(wheel.name.split("-")[:2])
    TARGET.write_text(HEADER.format(wheel=version) + "\n".join(kept) + "\n", encoding="utf-8")
    print(f"{len(kept)} passwords")
    return 0


if __name__ == "__main__":
    sys.exit(main())
