"""What the tool says of each input is what was accepted: place, code, message, severity, releases and fix."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from flake8_training_phase.message_length import MAX_MESSAGE, fitted
from tests import snapshots
from tests.inputs import Input, inputs

INPUTS = list(inputs())


@pytest.mark.parametrize("one", INPUTS, ids=lambda one: one.name)
def test_snapshot_is_what_is_said(one: Input) -> None:
    told = snapshots.difference(one)
    if told:
        pytest.fail(f"{told}\n\nIf this is meant: python -m tests.snapshots --accept {one.name}", pytrace=False)


def test_messages_are_short() -> None:
    messages = {message for one in INPUTS for message in snapshots.messages(one.snapshot)}
    assert {message for message in messages if len(message) > MAX_MESSAGE} == set()


def test_long_names_are_shortened_in_the_middle() -> None:
    message = (
        "`OptimizedMultiQueryAttentionLayerWithDownSampling.call` takes no `training`: `self._query_downsampling_norm` "
        "(SyncBatchNormalization or BatchNormalization, line 1445) only inherits its mode. Add `training=None`"
    )
    assert fitted(message) == (
        "`OptimizedMu…pling.call` takes no `training`: `self._query…pling_norm` "
        "(SyncBatchNormalization or others, line 1445) only inherits its mode. Add `training=None`"
    )
    advice = f"`a` is wrong. Write `{'x' * 200}`"
    assert len(fitted(advice)) == MAX_MESSAGE
    assert len(fitted("no name in it " * 20)) == MAX_MESSAGE


def test_every_snapshot_has_an_input() -> None:
    assert snapshots.stale(INPUTS) == []


def test_what_is_said_otherwise_is_shown_and_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    known = {one.name: one for one in INPUTS}
    one = replace(known["examples/frozen_backbone"], snapshot=tmp_path / "here.snapshot")
    (tmp_path / "gone.snapshot").touch()
    monkeypatch.setattr(snapshots, "inputs", lambda: [one])
    monkeypatch.setattr(snapshots, "FOLDERS", (tmp_path,))
    monkeypatch.setattr(snapshots, "TESTS", tmp_path)

    assert snapshots.main([]) == 1
    out = capsys.readouterr().out
    assert "+KTP201 leaked-training-flag: bug, Keras 3" in out
    assert "gone.snapshot has no input" in out
    assert not one.snapshot.exists()

    assert snapshots.main(["--accept"]) == 0
    assert capsys.readouterr().out == f"accepted: {one.name}\ngone.snapshot deleted\n"
    assert snapshots.main([]) == 0
    assert capsys.readouterr().out == ""
    with pytest.raises(SystemExit):
        snapshots.main(["no-such-input"])
