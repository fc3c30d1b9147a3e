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


@pytest.mark.parametrize(
    ("message", "short"),
    [
        (
            "`OptimizedMultiQueryAttentionLayerWithDownSampling.call` takes no `training`: "
            "`self._query_downsampling_norm` (SyncBatchNormalization or BatchNormalization, line 1445) always runs in "
            "inference mode. Add `training=None`",
            "`OptimizedMul…mpling.call` takes no `training`: `self._query_…mpling_norm` "
            "(SyncBatchNormalization or others) always runs in inference mode. Add `training=None`",
        ),
        (
            "`MultiscaleDiscriminator.call` takes no `training`, so the step (line 49 of train.py) runs `model[i]` "
            "(BatchNormalization or tensorflow_addons InstanceNormalization 0.23.0 or Sigmoid) in inference mode. "
            "Add `training=None`",
            "`Multisca…tor.call` takes no `training`, so the step (line 49 of train.py) runs `model[i]` "
            "(BatchNormalization or others) in inference mode. Add `training=None`",
        ),
        (
            "`keras.layers.preprocessing.Resizing(…)` leaks its default `training=True` to `self.projection` "
            "(line 195): training mode in `model(x)` in Keras 3.6 to 3.15. Pass `training`",
            "`Resizing(…)` leaks its default `training=True` to `self.projection` (line 195): "
            "training mode in `model(x)` in Keras 3.6 to 3.15. Pass `training`",
        ),
        (
            "`DynamicVoxelization.call` defaults to `training=True`: calls without it run `self.point_net_norm` "
            "(BatchNormalization, line 230) in training mode. Use `training=None`",
            "`DynamicVoxelization.call` defaults to `training=True`: calls without it run `self.point_net_norm` "
            "(BatchNormalization) in training mode. Use `training=None`",
        ),
        (
            "`self.decoder` (BatchNormalization inside) inherits `training=False` from `self.encoder` (line 12): "
            "inference mode with `training=True` in Keras 3.10 to 3.15. Pass `training`",
            "`self.decoder` (BatchNormalization inside) inherits `training=False` from `self.encoder`: "
            "inference with `training=True` in Keras 3.10-3.15. Pass `training`",
        ),
        (
            "`self._depthwise_activation_layer` (QuantizeWrapperV2 from tensorflow_model_optimization 0.8.1 inside) is "
            "called without `training` and works only by inheriting the caller's mode. Pass `training=training`",
            "`self._depthwise_activation_layer` (QuantizeWrapperV2 inside) is called without `training` and only "
            "inherits the caller's mode. Pass `training=training`",
        ),
    ],
)
def test_a_long_message_goes_without_what_can_be_missed(message: str, short: str) -> None:
    assert fitted(message) == short
    assert fitted(short) == short


def test_a_message_is_never_longer() -> None:
    assert len(fitted(f"`a` is wrong. Write `{'x' * 200}`")) == MAX_MESSAGE
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
