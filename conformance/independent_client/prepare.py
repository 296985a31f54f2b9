"""Makes the independent client: an environment of its own, and the application that asyncapi-python generates in it.

    python conformance/independent_client/prepare.py [--contracts DIR] [--build DIR]

The environment is made anew only when requirements.lock has changed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

from experience_conformance.documents import Json, bundle  # noqa: E402 - the judge is found beside this script

# The documents say what the service does; a client does the opposite.
OPPOSITE = {"send": "receive", "receive": "send"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contracts", type=Path, default=ROOT / "contracts")
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    options = parser.parse_args()
    environment = options.build / "asyncapi-python-venv"
    make_environment(environment)
    generate(environment, options.contracts / "asyncapi.yaml", options.build / "asyncapi-python")


def make_environment(environment: Path) -> None:
    """Installs exactly what the lock names, with hashes."""
    lock, stamp = HERE / "requirements.lock", environment / "requirements.lock"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    shutil.rmtree(environment, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "uv", "venv", "-q", "--python", sys.executable, environment], check=True)
    python = environment / "bin" / "python"
    sync = ["pip", "sync", "-q", "--python", str(python), "--require-hashes", str(lock)]
    subprocess.run([sys.executable, "-m", "uv", *sync], check=True)
    shutil.copy(lock, stamp)


def generate(environment: Path, contract: Path, place: Path) -> None:
    """Writes the mirrored contract and the package `agent_application`; ends the program when the generator refuses."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    mirrored = place / "asyncapi.mirrored.yaml"
    mirrored.write_text(yaml.safe_dump(mirror(bundle(contract)), sort_keys=False), encoding="utf-8")
    command = [environment / "bin" / "asyncapi-python-codegen", mirrored, place / "agent_application"]
    # Its formatter warns on standard error; what it says is shown only when it fails.
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    if done.returncode != 0 or not (place / "agent_application" / "application.py").exists():
        raise SystemExit(f"asyncapi-python could not read the contract:\n{done.stdout}{done.stderr}")


def mirror(document: dict[str, Json]) -> dict[str, Json]:
    """The same contract from the client's side."""
    operations = {
        name: {**operation, "action": OPPOSITE[operation["action"]]}
        for name, operation in document["operations"].items()
    }
    return {**document, "operations": operations}


if __name__ == "__main__":
    main()
