"""What becomes of a flag at a call: which parameter it is bound to under one Keras, and what `call` finds there."""

from __future__ import annotations

from flake8_training_phase.analysis.domain.classes import UserClass
from flake8_training_phase.analysis.domain.events import FlagArgument, LayerCall, PassedBy
from flake8_training_phase.analysis.domain.values import FALSE_LANE, NONE_LANE, TRUE_LANE, Instance
from flake8_training_phase.analysis.phase.decorators import hides_default, hides_signature
from flake8_training_phase.keras.catalogue import KerasLayer
from flake8_training_phase.keras.generations import Flag, Generation, Passed, Phase, Resolution


def is_refused(call: LayerCall, receiver: Instance, flag: Flag, generation: Generation) -> bool:
    """Whether Keras raises: by position Keras 3 takes tensors and None, but no flag: `layers/layer.py:905` (3.15.1)."""
    takes_anything = isinstance(receiver.type, UserClass) and receiver.type.replaces_dunder_call
    by_position = call.flag.passed_by is PassedBy.POSITION and isinstance(flag, bool)
    return by_position and generation.keras == 3 and not takes_anything


def binds_other_parameter(call: LayerCall, receiver: Instance, flag: Flag, generation: Generation) -> bool:
    """Whether a positional flag lands in another parameter, as in `lstm(x, training)`: there only None is taken."""
    if call.flag.passed_by is not PassedBy.POSITION:
        return False
    if isinstance(receiver.type, KerasLayer):
        own, parameters = "training", receiver.type.signature_in(generation.first).parameters
    else:
        own, parameters = receiver.type.phase_parameter or "training", receiver.type.call_parameters()
    place = next((index for index, node in enumerate(call.node.args) if node is call.flag.node), None)
    elsewhere = place is not None and place < len(parameters) and parameters[place] != own
    return elsewhere and (flag is None or isinstance(receiver.type, UserClass))


def binds_misnamed_flag(call: LayerCall, receiver: Instance, flag: Flag) -> bool:
    """Whether the flag goes to a parameter of the receiver that Keras knows nothing of: `is_training=…`."""
    to_training = call.flag.passed_by is PassedBy.KEYWORD and call.flag.name == "training"
    return flag is not Passed.ABSENT and _misnamed(receiver.type) and not to_training


def _misnamed(type_: KerasLayer | UserClass) -> bool:
    """Whether a layer takes the phase by a name that Keras does not fill."""
    return isinstance(type_, UserClass) and type_.phase_parameter not in (None, "training")


def phase_in_body(type_: KerasLayer | UserClass, resolved: Resolution, generation: Generation) -> Phase:
    """What the parameter of a layer's `call` that means the phase holds when only Keras fills it."""
    if isinstance(type_, KerasLayer) or type_.call is None:
        return resolved.phase
    if type_.phase_parameter is not None:
        filled = type_.phase_parameter == "training" and signature_of(type_, generation)[0]
        return resolved.phase if filled else type_.training_default
    return resolved.phase if type_.phase_in_kwargs and generation.keras == 2 else None


def signature_of(type_: KerasLayer | UserClass, generation: Generation) -> tuple[bool, bool | None]:
    """Whether Keras finds `training` in the signature of a class's `call`, and the default there."""
    if isinstance(type_, UserClass):
        if type_.call is not None:
            if not generation.fit_needs_parameter:
                # Keras 2 takes `**kwargs` for a parameter that it fills: `utils/layer_utils.py:793` (2.15).
                accepts = type_.accepts_training or type_.call.node.args.kwarg is not None
                hidden = not type_.accepts_training or hides_default(type_)
                return accepts, None if hidden else type_.training_default
            # A wrapper may hide the parameter from Keras 3 (20c).
            accepts = type_.accepts_training and not hides_signature(type_)
            return accepts, type_.training_default if accepts else None
        if type_.keras_call is None:
            return False, None
        type_ = type_.keras_call
    signature = type_.signature_in(generation.first)
    return signature.accepts_training, signature.default


def flags_of_call(flag: FlagArgument, lanes: int, generation: Generation) -> set[Flag]:
    """What may be passed in some lanes."""
    if flag.passed_by is PassedBy.UNKNOWN:
        return {Passed.ABSENT if flag.in_rest_of_call and generation.keras == 3 else Passed.UNKNOWN}
    by_lane = zip((TRUE_LANE, FALSE_LANE, NONE_LANE), flag.by_lane, strict=True)
    return {passed for lane, passed in by_lane if lane & lanes}
