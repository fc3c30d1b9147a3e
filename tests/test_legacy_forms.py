"""The legacy API in all its spellings and forms: what is reported, what the fixes write, what is left alone."""

from __future__ import annotations

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding
from flake8_training_phase.sources.text import SourceText
from tests.legacy_forms import FORMS, Form

SPELLINGS = (
    "from keras import backend as K\nK.learning_phase()\n",
    "from keras import backend\nbackend.learning_phase()\n",
    "import keras\nkeras.backend.learning_phase()\n",
    "import keras.backend as K\nK.learning_phase()\n",
    "import keras.backend\nkeras.backend.learning_phase()\n",
    "import tensorflow as tf\ntf.keras.backend.learning_phase()\n",
    "from keras.backend import tensorflow_backend as K\nK.learning_phase()\n",
    "from keras.backend import theano_backend as K\nK.learning_phase()\n",
    "import keras.backend.cntk_backend as K\nK.learning_phase()\n",
    "import tensorflow as tf\nK = tf.keras.backend\nK.learning_phase()\n",
    "import tensorflow as tf\ntf.keras.learning_phase()\n",
    "from tensorflow import keras\nkeras.backend.learning_phase()\n",
    "import tf_keras\ntf_keras.backend.learning_phase()\n",
    "import tensorflow.compat.v1 as tf\ntf.keras.backend.learning_phase()\n",
    "import tensorflow as tf\ntf.compat.v1.keras.backend.learning_phase()\n",
    "from tensorflow.compat.v1.keras import backend as K\nK.learning_phase()\n",
    "from keras.src import backend\nbackend.learning_phase()\n",
    "from tensorflow.python.keras import backend as K\nK.learning_phase()\n",
    "from tensorflow.python.keras.backend import learning_phase as phase\nphase()\n",
    "from keras.backend import learning_phase\nlearning_phase()\n",
    "from tensorflow.keras.backend import *\nlearning_phase()\n",
    "from keras.backend import symbolic_learning_phase\nsymbolic_learning_phase()\n",
    "from keras import backend as K\nK.global_learning_phase_is_set()\n",
)
LOOK_ALIKES = {
    "a keyword of another library": "import other\n\nother.fit(in_train_phase=True)\n",
    "a function of the module": (
        "from keras import backend as K\n\n\ndef learning_phase():\n    return 1\n\n\nprint(learning_phase())\n"
    ),
    "a name that nothing binds": "import keras\n\nprint(learning_phase())\n",
    "a star of another module": "import keras\nfrom other.backend import *\n\nprint(learning_phase())\n",
    "a method": "import keras\n\n\nclass A:\n    def go(self):\n        return self.backend.learning_phase()\n",
    "keras.backend.dropout": "import keras\n\nprint(keras.backend.dropout(1.0, 0.5))\n",
    "a parameter": "import keras\n\n\ndef run(K):\n    return K.learning_phase()\n",
}


def found(text: str) -> list[Finding]:
    return engine.check(SourceText(text), Settings(select=("KTP4",)), "example.py")


@pytest.mark.parametrize("text", SPELLINGS)
def test_every_spelling_is_known(text: str) -> None:
    assert [one.code for one in found(text)] == ["KTP401"]


@pytest.mark.parametrize("text", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_what_only_looks_alike_is_left_alone(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_the_safe_fixes_write(form: Form) -> None:
    result = engine.fix(SourceText(form.bad_text), Settings(select=("KTP4",)), "example.py")
    assert result.text == form.fixed_text
    assert result.remaining == ()


FED = """
from keras import backend as K


def run(model, x, session):
    return session.run({outputs}, feed_dict={{{inputs}: x, K.learning_phase(): {phase}}})
"""


@pytest.mark.parametrize(
    ("inputs", "outputs", "phase", "written"),
    [
        ("model.input", "model.output", "0", "model(x, training=False)"),
        ("model.inputs[0]", "[model.layers[3].output]", "1", None),
        (
            "model.input",
            "model.layers[3].output",
            "True",
            "keras.Model(model.input, model.layers[3].output)(x, training=True)",
        ),
    ],
)
def test_the_message_writes_what_a_feed_did(inputs: str, outputs: str, phase: str, written: str | None) -> None:
    (one,) = found(FED.format(inputs=inputs, outputs=outputs, phase=phase))
    assert (written or "keras.Model(model.inputs[0], model.layers[3].output)(x, training=True)") in one.message
