# SPDX-License-Identifier: Apache-2.0
"""Files that tests write: folders full of text, and programs that do what a test says."""

from collections.abc import Mapping
from pathlib import Path


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Writes each text to its path inside the folder; makes the folders on the way."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def write_program(file: Path, script: str) -> Path:
    """Writes an executable shell script with that body; returns its path."""
    write_files(file.parent, {file.name: f"#!/bin/sh\n{script}\n"})
    file.chmod(0o755)
    return file
