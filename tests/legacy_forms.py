"""Forms of the legacy API beyond the examples of the rules: what the fixes make of them, and what Keras does.

`tests/test_legacy_forms.py` fixes them, `tests/runtime/test_legacy_forms.py` measures both texts.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD = "from tensorflow import keras\n"
BACKEND = "from tensorflow.keras import backend as K\n"
MODEL = """

class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.dropout = keras.layers.Dropout(0.5)

"""
RIGHT = "train train infer infer infer"
GUARDED = "train train skipped skipped skipped"
"""The layer runs in training alone, as the code has it."""


@dataclass(frozen=True)
class Form:
    """A `call`, what it is after all fixes, and what the layer does under Keras 2 before and under both after."""

    call: str
    fixed: str
    keras2: str
    keras: str
    imports: str = BACKEND

    @property
    def bad_text(self) -> str:
        return HEAD + self.imports + MODEL + self.call

    @property
    def fixed_text(self) -> str:
        return HEAD + MODEL + self.fixed


PASSED = """\
    def call(self, x, training=None):
        return self.dropout(x, training=training)
"""
CHOSEN = """\
    def call(self, x, training=None):
        return self.dropout(x, training=True) if training else x
"""


def choice(arguments: str, parameters: str = "self, x, training=None", function: str = "K.in_train_phase") -> str:
    return f"    def call({parameters}):\n        return {function}({arguments})\n"


FORMS = {
    "if training == None": Form(
        """\
    def call(self, x, training=None):
        if training == None:
            training = K.learning_phase()
        return self.dropout(x, training=training)
""",
        PASSED,
        RIGHT,
        RIGHT,
    ),
    "on one line": Form(
        """\
    def call(self, x, training=None):
        if training is None: training = K.learning_phase()
        return self.dropout(x, training=training)
""",
        PASSED,
        RIGHT,
        RIGHT,
    ),
    "a conditional expression, reversed": Form(
        """\
    def call(self, x, training=None):
        training = training if training is not None else K.learning_phase()
        return self.dropout(x, training=training)
""",
        PASSED,
        RIGHT,
        RIGHT,
    ),
    "a conditional expression in place": Form(
        """\
    def call(self, x, training=None):
        return self.dropout(x, training=K.learning_phase() if training is None else training)
""",
        PASSED,
        RIGHT,
        RIGHT,
    ),
    "or": Form(
        """\
    def call(self, x, training=None):
        return self.dropout(x, training=training or K.learning_phase())
""",
        PASSED,
        RIGHT,
        RIGHT,
    ),
    "the other branch": Form(
        """\
    def call(self, x, training=None):
        if training is not None:
            pass
        else:
            training = K.learning_phase()
        return self.dropout(x, training=training)
""",
        """\
    def call(self, x, training=None):
        if training is not None:
            pass
        else:
            training = False
        return self.dropout(x, training=training)
""",
        RIGHT,
        RIGHT,
    ),
    "a parameter that is missing": Form(
        """\
    def call(self, x, mask=None, **kwargs):
        training = K.learning_phase()
        return self.dropout(x, training=training)
""",
        """\
    def call(self, x, mask=None, training=None, **kwargs):
        return self.dropout(x, training=training)
""",
        "infer infer infer infer infer",
        RIGHT,
    ),
    "another name": Form(
        """\
    def call(self, x, training=None):
        phase = K.learning_phase()
        return self.dropout(x, training=phase)
""",
        """\
    def call(self, x, training=None):
        phase = training
        return self.dropout(x, training=phase)
""",
        "infer infer infer infer infer",
        RIGHT,
    ),
    "a comparison": Form(
        """\
    def call(self, x):
        if K.learning_phase() == 1:
            x = self.dropout(x, training=True)
        return x
""",
        """\
    def call(self, x, training=None):
        if training:
            x = self.dropout(x, training=True)
        return x
""",
        "skipped skipped skipped skipped skipped",
        GUARDED,
    ),
    "a name of its own": Form(
        """\
    def call(self, x):
        return self.dropout(x, training=phase())
""",
        PASSED,
        "infer infer infer infer infer",
        RIGHT,
        "from tensorflow.keras.backend import learning_phase as phase\n",
    ),
    "in_train_phase by position": Form(
        choice("lambda: self.dropout(x, training=True), x, training"), CHOSEN, GUARDED, GUARDED
    ),
    "in_train_phase by keyword, reversed": Form(
        choice("training=training, alt=lambda: x, x=lambda: self.dropout(x, training=True)"), CHOSEN, GUARDED, GUARDED
    ),
    "in_train_phase that is told nothing": Form(
        choice("lambda: self.dropout(x, training=True), x", "self, x"), CHOSEN, GUARDED, GUARDED
    ),
    "in_train_phase that is told the learning phase": Form(
        choice("lambda: self.dropout(x, training=True), x, training=K.learning_phase()"),
        CHOSEN,
        "skipped skipped skipped skipped skipped",
        GUARDED,
    ),
    "in_train_phase under a name of its own": Form(
        choice("lambda: self.dropout(x, training=True), lambda: x, training=training", function="choose"),
        CHOSEN,
        GUARDED,
        GUARDED,
        "from tensorflow.keras.backend import in_train_phase as choose\n",
    ),
    "in_test_phase": Form(
        choice("x, lambda: self.dropout(x, training=True), training=training", function="K.in_test_phase"),
        CHOSEN,
        GUARDED,
        GUARDED,
    ),
    "a function beside it": Form(
        """\
    def call(self, x, training=None):
        def dropped():
            return self.dropout(x, training=True)

        return K.in_train_phase(dropped, x, training=training)
""",
        """\
    def call(self, x, training=None):
        def dropped():
            return self.dropout(x, training=True)

        return dropped() if training else x
""",
        GUARDED,
        GUARDED,
    ),
}
