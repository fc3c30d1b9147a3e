"""Why a layer ran in the wrong mode: one sentence, and the rule that covers it."""

from __future__ import annotations

import linecache
import re
from dataclasses import replace

from flake8_training_phase.runtime.flags import EnteredCall, Source, default_flag, names_training
from flake8_training_phase.runtime.recording import TRAINING_MODES, Reason, Site

_DEFAULTS = "docs/what-happens-to-training.md"
_LINES_OF_A_CALL = 5


def why(call: EnteredCall | None, mode: str, own_step: bool) -> Reason:
    """Why a call ran in another mode than the one asked for. `own_step`: the model has a `train_step` of its own."""
    if call is None:
        return Reason("`call` of the layer is run directly, past `Layer.__call__`, which fills in `training`", "KTP208")
    if call.source is Source.ARGUMENT:
        return _by_argument(call, mode, own_step)
    if call.source is Source.LEAKED and call.setter is not None:
        text = f"no `training` is passed, and {_name(call.setter)} leaks `training={call.flag}` to the layers after it"
        return Reason(text, "KTP201", origin=call.setter.site)
    if call.source is Source.ENCLOSING and call.setter is not None:
        above = why(call.setter, mode, own_step)
        text = f"no `training` is passed; it inherits `training={call.flag}` from {_name(call.setter)}: {above.text}"
        return replace(above, text=text)
    if call.source is Source.DEFAULT and call.flag:
        return _by_default(call)
    return _by_nothing(call, mode, own_step)


def by_hand(function: str) -> Reason:
    """Why randomness written by hand is wrong in inference mode."""
    return Reason(f"`{function}` does not know about `training`: guard it, or use the layer", "KTP211")


def _by_argument(call: EnteredCall, mode: str, own_step: bool) -> Reason:
    around = call.around
    written = call.site is not None and (around is None or around.site != call.site)
    if not written and call.flag and default_flag(call.layer) is call.flag:
        # A functional model keeps the default that a layer ran with when the graph was made, and passes it on.
        return _by_default(call)
    if not written and around is not None and call.flag is not None and around.flag is not call.flag:
        rule = "KTP219" if type(around.layer).__name__ == "Sequential" else "KTP218"
        return Reason(f"the graph of {_name(around)} keeps `training={call.flag}` from when it was made", rule)
    if call.flag is None:
        if around is not None and around.flag is None and not re.search(r"\btraining\s*=\s*None", _text(call.site)):
            above = why(around, mode, own_step)
            return replace(above, text=f"it receives `training=None` from {_name(around)}: {above.text}")
        return Reason("it receives an explicit `training=None`, which is inference mode", "KTP204")
    if around is None and mode not in TRAINING_MODES:
        return Reason(f"`{mode}` runs the model with `training={call.flag}`", "KTP302")
    if call.site and (constant := _constant(call.site)):
        return Reason(f"it receives the constant `{constant}`", "KTP213")
    if around is not None and around.source is not Source.NOTHING and around.flag is call.flag:
        above = why(around, mode, own_step)
        return replace(above, text=f"{_name(around)} passes on its own `training={call.flag}`: {above.text}")
    return Reason(f"it receives `training={call.flag}`, which is not what the enclosing call has", _changed_by(call))


def _changed_by(call: EnteredCall) -> str:
    """The rule for a flag that is not the one of the enclosing call, judging by the line that passes it."""
    passed = re.search(r"\btraining\s*=\s*(.*)", _text(call.site))
    if passed is None or re.match(r"(True|False|1|0)\b", passed.group(1)):
        return "KTP213"
    if passed.group(1).startswith("not "):
        return "KTP214"
    if passed.group(1).startswith("self."):
        return "KTP215"
    is_named = call.around is not None and names_training(call.around.layer)
    return "KTP210" if is_named else "KTP103"


def _by_default(call: EnteredCall) -> Reason:
    cls = type(call.layer)
    text = f"no `training` is passed and no enclosing call has one, so {cls.__name__} uses its default, {call.flag}"
    if cls.__module__.partition(".")[0] in ("keras", "tf_keras"):
        note = "pass `training=training`, or allow it with `ignore=`: a plain call of it means training mode in Keras"
        return Reason(f"{text}; {note}", None, _DEFAULTS)
    return Reason(text, "KTP104")


def _by_nothing(call: EnteredCall, mode: str, own_step: bool) -> Reason:
    outermost = call
    while outermost.around is not None:
        outermost = outermost.around
    if call.setter is not None and call.setter.source is Source.ARGUMENT:
        return Reason(f"no `training` is passed, and {_name(call.setter)} got `training=None` explicitly", "KTP204")
    nothing = "no `training` is passed, and no enclosing call has one"
    if mode == "fit" and own_step and outermost.site is not None:
        return Reason(f"{nothing}: the training step calls the model without `training=True`", "KTP301")
    return Reason(nothing, "KTP101" if outermost is not call else "KTP202")


def _name(call: EnteredCall) -> str:
    at = f" ({call.site})" if call.site else ""
    return f"`{call.layer.name}`{at}"


def _constant(site: Site) -> str | None:
    """A constant flag that a call is written with."""
    found = re.search(r"\btraining\s*=\s*(True|False|1|0)\b", _text(site))
    return found.group() if found else None


def _text(site: Site | None) -> str:
    """The source of a call: its line, and those after it up to the closing bracket."""
    text = ""
    if site is not None:
        for line in range(site.line, site.line + _LINES_OF_A_CALL):
            text += linecache.getline(site.file, line)
            if text.count("(") <= text.count(")"):
                break
    return text
