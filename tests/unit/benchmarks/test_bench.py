# SPDX-License-Identifier: Apache-2.0
"""The benchmarks' command line: its table, its JSON and its exit codes."""

import importlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import __main__ as bench
from benchmarks.measurement import BenchmarkError, Measurement

SYNTH = Measurement("synth", "s", 1.5, 18, "eager import", 123)


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "benchmark", lambda name: lambda: iter([SYNTH]))


@pytest.mark.usefixtures("measured")
def test_a_line_has_both_figures_their_ratio_and_the_memory(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["synth", "--json", str(tmp_path / "new" / "bench.json")]) == 0
    line = capsys.readouterr().out.splitlines()[1]
    assert line.split() == "synth 1.50 s 18.00 0.08 123 MiB eager import".split()


@pytest.mark.usefixtures("measured")
def test_json_has_the_machine_and_every_line(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    assert bench.main(["synth", "--json", str(file)]) == 0
    written = json.loads(file.read_text())
    assert written["machine"]["cpus"] > 0
    [line] = written["measurements"]
    assert line == {
        "name": "synth",
        "unit": "s",
        "ours": 1.5,
        "reference": 18,
        "reference_is": "eager import",
        "peak_mib": 123,
        "ratio": 1.5 / 18,
    }


@pytest.mark.parametrize("name", bench.BENCHMARKS)
def test_every_benchmark_is_there(name: str) -> None:
    module, _, function = bench.BENCHMARKS[name].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


def test_unknown_benchmark_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        bench.main(["cooking"])
    assert "cooking: no such benchmark, there are synth" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error, code, message",
    [
        (BenchmarkError("no endpoint"), 1, "bench: no endpoint\n"),
        (KeyboardInterrupt(), 130, "bench: interrupted\n"),
    ],
)
def test_failure_and_ctrl_c_end_it_with_one_line(
    error: BaseException,
    code: int,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> Iterator[Measurement]:
        raise error
        yield

    monkeypatch.setattr(bench, "benchmark", lambda name: fail)
    assert bench.main(["synth"]) == code
    assert capsys.readouterr().err == message
