"""Small arguments for a constructor, from the names, annotations and defaults of its parameters."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from tests.runtime.packages.expressions import Expression, called

ALTERNATIVES = 4
"""How many ways of filling the parameters of a signature are tried."""

CONFIGURATIONS = 3
"""How many classes of configurations are tried: a model of images and texts has one for each, and one of both."""

_SMALL: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^(pretrained|weights|preprocessor|load_weights|classes_path|kernel_size_2)$", ("None",)),
    (r"^(include_top)$", ("False",)),
    (r"dropout|^drop_(rate|prob|path)|_drop(_rate|_prob|path)?$|drop_connect|drop_path|^pdrop|_pdrop$", ("0.5",)),
    (r"^(rate|stddev|noise_stddev|drop|survival_probability|stochastic_depth_rate)$", ("0.5",)),
    (r"^(input_shape|image_shape)$", ("(32, 32, 3)", "(64, 64, 3)", "(16, 8)")),
    (r"^(image_size|img_size)$", ("16", "(32, 32)")),
    (r"^(patch_size)$", ("4", "(4, 4)")),
    (r"^(vocab(ulary)?_size|vocab_size_or_config_json_file|num_embeddings|input_dim|type_vocab_size)$", ("32",)),
    (r"num_(attention_)?heads$|_heads$|^heads$|num_attention_heads|num_key_value_heads|n_head$", ("2", "[2, 2]")),
    (r"^(key|value|head)_dim$|head_size|d_kv", ("8", "[8, 8]")),
    (
        r"num_(hidden_)?layers$|^(encoder|decoder)_layers$|n_layers?$|num_blocks$|^depth$|num_encoder_layers|"
        r"num_decoder_layers|^num_layer$",
        ("2", "[2, 2]"),
    ),
    (
        r"^(depths|blocks)$|layerwise_depths|num_layers_per|stackwise_depth|stackwise_num_(blocks|repeats)",
        ("[1, 1]", "[1, 1, 1, 1]"),
    ),
    (
        r"hidden_sizes|_dims$|filters_list|layerwise_filters|stackwise_(num_)?(filters|channels)",
        ("[16, 16]", "[16, 16, 16, 16]"),
    ),
    (r"^(mlp|subnet)_?(layers|widths|units)$|^widths$|^hidden_units$|hidden_layer_sizes", ("[8, 8]",)),
    (
        r"intermediate(_dim|_size)$|ffn_dim$|feedforward|mlp_dim|d_ff|ff_dim|dim_feedforward|n_inner|ffn_intermediate",
        ("16", "[16, 16]"),
    ),
    (
        r"hidden_(dim|size)$|^d_model$|embed(ding)?_(dim|size)$|^dim$|projection_dim|^model_dim$|^emb_dim$|n_embd|"
        r"hidden_size|output_dim|attention_hidden|attn_hidden|key_size|value_size|^d_embed$|output_size|^width$",
        ("16", "[16, 16]"),
    ),
    (
        r"max_(sequence|position|seq|source|target)\w*|sequence_length|max_length|num_positions|n_positions|n_ctx",
        ("16",),
    ),
    (r"^(num_channels|image_channels)$", ("3", "8")),
    (r"initializer$", ("'zeros'",)),
    (
        r"^(units|filters|channels|out_channels|in_channels|features|num_filters|num_features|n_units|"
        r"output_filters|input_filters|filters_in|filters_out|out_filters|target_channels|width_coefficient)$",
        ("8", "16", "[8, 8]"),
    ),
    (r"^(num_classes|n_classes|num_labels|classes|num_output_classes|n_labels)$", ("4",)),
    (r"^(kernel_size|kernel)$", ("3", "(3, 3)")),
    (r"^(strides?|dilation_rate|dilations?|groups|expansion|expand_ratio|expansion_factor)$", ("1", "2")),
    (r"^(axis)$", ("-1",)),
    (r"^(factor|height_factor|width_factor|magnitude|probability|alpha)$", ("0.5", "(0.1, 0.5)")),
    (r"^(value_range)$", ("(0, 255)",)),
    (r"^(activation|act)$", ("'relu'",)),
    (r"^(bounding_box_format)$", ("'xyxy'",)),
    (
        r"^(height|target_height|width|target_width|pool_size|ratio|reduction|k|n|num_groups|num_experts|top_k|"
        r"squeeze_factor|se_ratio|num_queries|num_masks|latent_dim|num_anchors|order|iterations|K)$",
        ("2", "4"),
    ),
    (r"^(predict_sequence_length|predict_length|train_sequence_length)$", ("4",)),
    (r"^name$", ("'some_layer'",)),
    (r"^(dtype|data_format)$", ()),
)
"""Texts by patterns of names, the likeliest first; without a text, the parameter is left alone."""

_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "int": ("2", "4"),
    "float": ("0.5",),
    "bool": ("False", "True"),
    "str": ("'relu'",),
}
_OF_ANYTHING = ("2", "0.5", "keras.layers.Dense(8)", "'relu'", "[8, 8]")

_NO_ARGUMENT = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)


@dataclass(frozen=True, slots=True)
class _Way:
    """How parameters are filled."""

    known: Mapping[str, Expression]
    number: int
    """Which of the texts for a name is taken."""
    fills_defaults: bool
    configuration: int
    """Which of the classes that a configuration may be of."""
    passes_on: bool = False
    """What the constructors of base classes have to be given is given too."""


def constructions(made: Any, name: str, own_import: str, known: Mapping[str, Expression]) -> Iterator[Expression]:
    """Calls of a class or function that may work, the likeliest first, each once."""
    seen: set[str] = set()
    choices = product((False, True), range(CONFIGURATIONS), _orders(made), range(ALTERNATIVES))
    for passes_on, configuration, fills_defaults, number in choices:
        way = _Way(known, number, fills_defaults, configuration, passes_on)
        one = called(name, _keywords(made, way), own_import)
        if one.text not in seen:
            seen.add(one.text)
            yield one


def with_drops(construction: Expression, made: Any) -> Expression:
    """A construction with what drops by the signature of its class, where it says nothing of that."""
    tree = ast.parse(construction.text, mode="eval").body
    if not isinstance(tree, ast.Call) or ast.unparse(tree.func).rpartition(".")[2] != made.__name__:
        return construction
    given = {one.arg for one in tree.keywords}
    for one in parameters(made)[len(tree.args) :]:
        if one.name not in given and drops(one) and _is_to_fill(one, False):
            tree.keywords.append(ast.keyword(one.name, ast.Constant(0.5)))
    return Expression(ast.unparse(tree), construction.imports)


def parameters(made: Any) -> list[inspect.Parameter]:
    """What a constructor can be given by name."""
    return [one for one in _signature(made) if one.kind not in _NO_ARGUMENT and one.name != "self"]


def _passed_on(made: Any) -> list[inspect.Parameter]:
    """What a constructor that takes any keywords has to be given for the one that it is derived from."""
    found: dict[str, inspect.Parameter] = {}
    takes_more = _takes_keywords(made)
    for cls in inspect.getmro(made)[1:] if inspect.isclass(made) else ():
        if takes_more and "__init__" in vars(cls):
            found |= {one.name: one for one in parameters(cls) if one.default is one.empty}
            takes_more = _takes_keywords(cls)
    own = {one.name for one in parameters(made)}
    return [one for name, one in found.items() if name not in own]


def _takes_keywords(made: Any) -> bool:
    return any(one.kind is one.VAR_KEYWORD for one in _signature(made))


def _signature(made: Any) -> list[inspect.Parameter]:
    try:
        return list(inspect.signature(made).parameters.values())
    except (TypeError, ValueError):
        return []


def _orders(made: Any) -> tuple[bool, ...]:
    """Whether defaults are made small too: those of models are large."""
    is_model = not inspect.isclass(made) or any(one.__name__ == "Model" for one in made.__mro__)
    return (True, False) if is_model or made.__name__.endswith("Config") else (False, True)


def _keywords(made: Any, way: _Way, depth: int = 0) -> list[tuple[str, Expression]]:
    passed_on = _passed_on(made) if way.passes_on else []
    values = ((one.name, _value(one, made, way, depth)) for one in (*parameters(made), *passed_on))
    return [(name, value) for name, value in values if value is not None]


def _value(parameter: inspect.Parameter, made: Any, way: _Way, depth: int) -> Expression | None:
    required = parameter.default is inspect.Parameter.empty
    configs = _configuration_classes(parameter, made)
    if configs and depth < 2 and required:
        config = configs[min(way.configuration, len(configs) - 1)]
        keywords = _keywords(config, replace(way, fills_defaults=True), depth + 1)
        return called(config.__name__, keywords, f"from {config.__module__} import {config.__name__}")
    if parameter.name == "backbone" and getattr(made, "backbone_cls", None) is not None:
        return way.known.get(made.backbone_cls.__name__)
    if required and parameter.name in way.known:
        return way.known[parameter.name]
    texts = _texts(parameter)
    if texts is None:
        if not required:
            return None
        texts = _BY_TYPE.get(getattr(parameter.annotation, "__name__", str(parameter.annotation)), _OF_ANYTHING)
    if not texts or (not required and not _is_to_fill(parameter, way.fills_defaults)):
        return None
    text = texts[min(way.number, len(texts) - 1)]
    return Expression(text, ("import keras",) if text.startswith("keras.") else ())


def drops(parameter: inspect.Parameter) -> bool:
    """Whether a parameter says how much is dropped."""
    return _texts(parameter) == ("0.5",)


def _texts(parameter: inspect.Parameter) -> tuple[str, ...] | None:
    for pattern, texts in _SMALL:
        if re.search(pattern, parameter.name):
            return texts
    return None


def _is_to_fill(parameter: inspect.Parameter, fills_defaults: bool) -> bool:
    """Whether a default is put aside: what drops is to drop, and a model is to be small."""
    default = parameter.default
    if drops(parameter):
        return isinstance(default, (int, float)) and not isinstance(default, bool)
    if parameter.name == "name" or parameter.name.endswith("initializer"):
        return False
    if _texts(parameter) in (("None",), ("False",)):
        return default not in (None, False)
    return fills_defaults and (default is not None or parameter.name in ("input_shape", "image_shape"))


def _configuration_classes(parameter: inspect.Parameter, made: Any) -> list[Any]:
    """The classes that a configuration may be of: what the parameter is annotated with, then others of the module."""
    own = vars(sys.modules[made.__module__])
    annotation = parameter.annotation
    found = [own.get(annotation.strip("\"'")) if isinstance(annotation, str) else annotation]
    if parameter.name == "config":
        found += [getattr(made, "config_class", None), *(own[one] for one in own if _is_own_config(one))]
    return list(dict.fromkeys(one for one in found if inspect.isclass(one) and one.__name__.endswith("Config")))


def _is_own_config(name: str) -> bool:
    return name.endswith("Config") and name not in ("BaseConfig", "PretrainedConfig")
