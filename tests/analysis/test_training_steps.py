"""Which code is a training step, which model it trains, and what is none: KTP301 on small files."""

from __future__ import annotations

import textwrap

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Finding, Severity
from flake8_training_phase.keras.targets import targets
from flake8_training_phase.sources.text import SourceText

HEAD = """
import keras
import tensorflow as tf
from keras import layers

optimizer = keras.optimizers.Adam()
model = keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])
linear = keras.Sequential([layers.Dense(8)])


class Classifier(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(8)
        self.norm = layers.BatchNormalization()

    def call(self, x, training=None):
        return self.norm(self.dense(x), training=training)


def error(y, y_pred):
    return tf.reduce_mean((y - y_pred) ** 2)


def loop(data):
    ...
"""
LEARN = """
    gradients = tape.gradient(loss, MODEL.trainable_variables)
    optimizer.apply_gradients(zip(gradients, MODEL.trainable_variables))
"""


def found(code: str, head: str = HEAD) -> list[Finding]:
    source = SourceText(head + textwrap.dedent(code))
    compile(source.text, "example.py", "exec")
    return engine.check(source, Settings(select=("KTP301", "KTP305", "KTP900")), "example.py")


def said(code: str, head: str = HEAD) -> list[tuple[str, str]]:
    """The code of each finding's place, and how bad it is."""
    source = SourceText(head + textwrap.dedent(code))
    places = [
        (source.text[source.offset(one.start) : source.offset(one.end)], one.severity.value)
        for one in found(code, head)
    ]
    return [(" ".join(text.split()), severity) for text, severity in places]


def step(forward: str, model: str = "model", parameters: str = "x, y") -> str:
    """A function with a tape, a forward pass and an update."""
    return f"def train({parameters}):\n    with tf.GradientTape() as tape:\n        loss = error(y, {forward})\n" + (
        LEARN.replace("MODEL", model)
    )


STEPS = {
    "a tape in a function": (step("model(x)"), "model(x)"),
    "tf.function": ("@tf.function\n" + step("model(x)"), "model(x)"),
    "tf.function with options": ("@tf.function(jit_compile=True)\n" + step("model(x)"), "model(x)"),
    "at the top of the module": (
        "for x, y in loop(1):\n    with tf.GradientTape() as tape:\n        loss = error(y, model(x))\n"
        + LEARN.replace("MODEL", "model"),
        "model(x)",
    ),
    "a persistent tape": (step("model(x)").replace("Tape()", "Tape(persistent=True)"), "model(x)"),
    "a tape that is made before": (
        step("model(x)").replace(
            "    with tf.GradientTape() as tape", "    tape = tf.GradientTape()\n    with tape", 1
        ),
        "model(x)",
    ),
    "a list of variables": (
        """
        def train(x, y):
            weights = model.trainable_weights
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        """,
        "model(x)",
    ),
    "a list that is extended": (
        """
        def train(x, y):
            weights = list(other.trainable_weights)
            weights.extend(model.trainable_weights)
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        """,
        "model(x)",
    ),
    "clipped gradients": (
        """
        def train(x, y):
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            gradients = tape.gradient(target=loss, sources=model.trainable_variables)
            clipped, _ = tf.clip_by_global_norm(gradients, 1.0)
            pairs = []
            for gradient, weight in zip(clipped, model.trainable_variables):
                pairs.append((gradient, weight))
            optimizer.apply_gradients(pairs)
        """,
        "model(x)",
    ),
    "optimizer.apply": (
        """
        def train(x, y):
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            optimizer.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
        """,
        "model(x)",
    ),
    "minimize with the tape": (
        """
        def train(x, y):
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            optimizer.minimize(loss, model.trainable_variables, tape=tape)
        """,
        "model(x)",
    ),
    "minimize with a lambda": (
        "def train(x, y):\n    optimizer.minimize(lambda: error(y, model(x)), model.trainable_variables)\n",
        "model(x)",
    ),
    "minimize with a function": (
        """
        def train(x, y):
            def loss_fn():
                return error(y, model(x))

            optimizer.minimize(loss_fn, var_list=lambda: model.trainable_variables)
        """,
        "model(x)",
    ),
    "gradients of a loss function": (
        """
        def train(x, y):
            pairs = optimizer.compute_gradients(lambda: error(y, model(x)), model.trainable_variables)
            optimizer.apply_gradients([(tf.clip_by_norm(gradient, 1.0), weight) for gradient, weight in pairs])
        """,
        "model(x)",
    ),
    "gradients of a function by TensorFlow Probability": (
        """
        def train(x, y):
            def loss(*weights):
                return error(y, model(x))

            weights = model.trainable_variables
            value, gradients = tfp.math.value_and_gradient(loss, weights)
            optimizer.apply_gradients(zip(gradients, weights))
        """,
        "model(x)",
    ),
    "manual descent": (
        """
        def train(x, y):
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            for weight, gradient in zip(model.weights, tape.gradient(loss, model.weights)):
                weight.assign_sub(0.1 * gradient)
        """,
        "model(x)",
    ),
    "gradients that are given back": (
        """
        def gradients_of(x, y):
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            return loss, tape.gradient(loss, model.trainable_variables)


        def train(x, y):
            loss, gradients = gradients_of(x, y)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """,
        "model(x)",
    ),
    "a helper that is given the tape": (
        """
        def update(tape, loss, variables):
            gradients = tape.gradient(loss, variables)
            optimizer.apply_gradients(zip(gradients, variables))


        def train(x, y):
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            update(tape, loss, model.trainable_variables)
        """,
        "model(x)",
    ),
    "strategy.run": (
        "def train(strategy, batch):\n"
        + textwrap.indent(step("model(x)"), "    ")
        + "\n    strategy.run(train, args=batch)\n",
        "model(x)",
    ),
}


KEPT_TAPE = """
        class Learner:
            def __init__(self):
                self.net = Classifier()

            def forward(self, x, y):
                with tf.GradientTape() as self.tape:
                    self.loss = error(y, self.net(x))

            def backward(self):
                BACKWARD

            def slopes(self, x):
                with tf.GradientTape() as self.tape:
                    self.tape.watch(x)
                    top = tf.reduce_max(self.net(x))
                return self.tape.gradient(top, x)
        """


@pytest.mark.parametrize(
    ("backward", "expected"),
    [
        (
            "weights = self.net.trainable_weights\n"
            "                optimizer.apply_gradients(zip(self.tape.gradient(self.loss, weights), weights))",
            [("self.net(x)", "bug")],
        ),
        ("return self.tape.gradient(self.loss, self.net.trainable_weights)", []),
        ("pass", []),
    ],
)
def test_a_tape_that_an_attribute_holds(backward: str, expected: list[tuple[str, str]]) -> None:
    assert said(KEPT_TAPE.replace("BACKWARD", backward)) == expected


RUN_WITH = """
        def fit_batch(net, x, y):
            with tf.GradientTape() as tape:
                loss = error(y, net(x))
            gradients = tape.gradient(loss, net.trainable_variables)
            optimizer.apply_gradients(zip(gradients, net.trainable_variables))

        def train(strategy, x, y):
            CALL
        """


@pytest.mark.parametrize(
    ("call", "is_known"),
    [
        ("strategy.run(fit_batch, args=(model, x, y))", True),
        ("strategy.run(fit_batch, args=[model, x, y])", True),
        ("strategy.run(fit_batch, (model, x, y))", True),
        ("strategy.experimental_run_v2(fit_batch, (model, x, y))", True),
        ("threading.Thread(target=fit_batch, args=(model, x, y)).start()", True),
        ("strategy.run(fit_batch, args=(linear, x, y))", False),
        ("strategy.run(fit_batch, args=(x, model, y))", False),
        ("strategy.run(fit_batch, args=(*batch, model))", False),
        ("strategy.run(fit_batch, args=(model, x, y), kwargs=more)", False),
        ("strategy.reduce(fit_batch, (model, x, y))", False),
    ],
)
def test_what_a_function_is_run_with(call: str, is_known: bool) -> None:
    bugs = [one for one in said(RUN_WITH.replace("CALL", call)) if one[1] == "bug"]
    assert bugs == ([("net(x)", "bug")] if is_known else [])


@pytest.mark.parametrize(("code", "place"), STEPS.values(), ids=STEPS)
def test_a_step_is_known_by_what_it_does(code: str, place: str) -> None:
    assert said(code) == [(place, "bug")]


@pytest.mark.parametrize("code", [one[0] for one in STEPS.values()], ids=STEPS)
def test_a_step_that_says_training_is_right(code: str) -> None:
    assert found(code.replace("model(x)", "model(x, training=True)")) == []
    assert found(code.replace("model(x)", "model(x, training=False)")) == []


@pytest.mark.parametrize("code", [one[0] for one in STEPS.values()], ids=STEPS)
def test_a_model_without_phase_is_left_alone(code: str) -> None:
    assert found(code.replace("model", "linear")) == []


@pytest.mark.parametrize("code", [one[0] for one in STEPS.values()], ids=STEPS)
def test_the_fix_is_unsafe_and_settles_it(code: str) -> None:
    text = HEAD + textwrap.dedent(code)
    settings = Settings(select=("KTP301", "KTP305"))
    assert engine.fix(SourceText(text), settings, "example.py").text == text
    result = engine.fix(SourceText(text), settings, "example.py", unsafe=True)
    assert result.text == text.replace("model(x)", "model(x, training=True)")
    assert result.remaining == ()


MODELS = {
    "a parameter, by its call": step("net(x)", "net", "net, x, y") + "\n\ntrain(model, 1, 2)\n",
    "a parameter, by a partial": (
        "from functools import partial\n\n"
        + step("net(x)", "net", "net, x, y")
        + "\n\nrun = tf.function(partial(train, model))\n"
    ),
    "a parameter, by annotation": step("net(x)", "net", "net: Classifier, x, y"),
    "a parameter, by default": step("net(x)", "net", "x, y, net=Classifier()"),
    "a local name": "def main(x, y):\n    net = Classifier()\n" + textwrap.indent(step("net(x)", "net", ""), "    "),
    "what a function makes": textwrap.dedent(
        """
        def build(rate):
            x = inputs = keras.Input((8,))
            for _ in range(2):
                x = layers.Dropout(rate)(layers.Dense(8)(x) + x)
            return keras.Model(inputs, x)


        net = build(0.5)
        """
    )
    + step("net(x)", "net"),
    "a functional model": textwrap.dedent(
        """
        inputs = keras.Input((8,))
        outputs = layers.Dense(1)(layers.BatchNormalization()(inputs))
        net = keras.Model(inputs=inputs, outputs=outputs)
        """
    )
    + step("net(x)", "net"),
    "an application": "net = keras.applications.ResNet50(weights=None)\n" + step("net(x)", "net"),
    "Sequential.add": textwrap.dedent(
        """
        net = keras.Sequential()
        net.add(layers.Dense(8))
        net.add(layers.GaussianNoise(0.5))
        """
    )
    + step("net(x)", "net"),
    "an attribute of a trainer": """
        class Trainer:
            def __init__(self, net):
                self.net = net

            def train(self, x, y):
                with tf.GradientTape() as tape:
                    loss = error(y, self.net(x))
                gradients = tape.gradient(loss, self.net.trainable_variables)
                optimizer.apply_gradients(zip(gradients, self.net.trainable_variables))


        Trainer(Classifier())
        """,
    "a quantized model": (
        "import tensorflow_model_optimization as tfmot\n\n"
        "net = tfmot.quantization.keras.quantize_model(linear)\n" + step("net(x)", "net")
    ),
    "a global that a function sets": (
        "net = None\n\n\ndef set_up():\n    global net\n    net = Classifier()\n\n\n"
        + step("net(x)", "net")
        + "\n\nset_up()\ntrain(1, 2)\n"
    ),
    "what a subclass of the trainer makes": textwrap.dedent(
        """
        class Trainer:
            def __init__(self):
                self.net = self.create()

            def create(self):
                raise NotImplementedError

        """
    )
    + textwrap.indent(step("self.net(x)", "self.net", "self, x, y"), "    ")
    + textwrap.dedent(
        """

        class OfClassifiers(Trainer):
            def create(self):
                return Classifier()
        """
    ),
    "a field of a dataclass": (
        "from dataclasses import dataclass, field\n\n\n@dataclass\nclass State:\n"
        "    net: keras.Model = field(default_factory=Classifier)\n\n"
        + textwrap.indent(step("self.net(x)", "self.net", "self, x, y"), "    ")
    ),
    "self": """
        class Net(Classifier):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = self.compute_loss(y=y, y_pred=self(x))
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        """,
    "self of a functional model": """
        class Net(keras.Model):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = self.compute_loss(y=y, y_pred=self(x))
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))


        inputs = keras.Input((8,))
        net = Net(inputs, layers.Dropout(0.5)(inputs))
        """,
    "a part of self": """
        class Auto(keras.Model):
            def __init__(self, encoder):
                super().__init__()
                self.encoder = encoder

            def train_step(self, x):
                with tf.GradientTape() as tape:
                    loss = error(x, self.encoder(x))
                gradients = tape.gradient(loss, self.trainable_weights)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_weights))


        auto = Auto(model)
        """,
    "with another input by position": textwrap.dedent(
        """
        class Pair(Classifier):
            def call(self, x, y, training=None):
                return super().call(x + y, training=training)


        pair = Pair()
        """
    )
    + step("pair(x, y)", "pair"),
}


@pytest.mark.parametrize("code", MODELS.values(), ids=MODELS)
def test_where_the_model_comes_from(code: str) -> None:
    assert [severity for _, severity in said(code)] == ["bug"]


def test_a_model_that_nothing_is_known_of_is_fragile() -> None:
    assert said(step("net(x)", "net", "net, x, y")) == [("net(x)", "fragile")]


FROZEN = (
    "base = keras.applications.ResNet50()\nbase.trainable = False\nnet = keras.Sequential([base, layers.Dense(1)])\n"
)
SILENT = {
    "a gradient of a function that nothing is updated with": """
        def norms(x, y):
            pairs = optimizer.compute_gradients(lambda: error(y, model(x)), model.trainable_variables)
            return [tf.norm(gradient) for gradient, _ in pairs]
        """,
    "a gradient of the input by TensorFlow Probability": """
        def attack(x, y):
            value, gradient = tfp.math.value_and_gradient(lambda x: error(y, model(x)), x)
            optimizer.apply_gradients([(gradient, x)])
        """,
    "saliency": """
        def saliency(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                score = tf.reduce_max(model(x))
            return tape.gradient(score, x)
        """,
    "Grad-CAM": """
        def heatmap(x, grad_model):
            with tf.GradientTape() as tape:
                features, predictions = grad_model(x)
                score = predictions[:, 0]
            gradients = tape.gradient(score, features)
            return features * tf.reduce_mean(gradients, axis=(0, 1))
        """,
    "adversarial examples": """
        def attack(x, y):
            image = tf.Variable(x)
            with tf.GradientTape() as tape:
                loss = -error(y, model(image))
            optimizer.apply_gradients([(tape.gradient(loss, image), image)])
            return image
        """,
    "input optimisation": """
        def dream(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.reduce_mean(model(x))
            return x + tape.gradient(loss, x) * 0.01
        """,
    "a gradient penalty": """
        def train(x, fake):
            with tf.GradientTape() as tape:
                mixed = (x + fake) / 2
                with tf.GradientTape() as inner:
                    inner.watch(mixed)
                    score = model(mixed)
                slope = inner.gradient(score, [mixed])[0]
                loss = tf.reduce_mean(model(fake, training=True)) + tf.norm(slope)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """,
    "a gradient penalty in a helper": """
        def penalty(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                score = model(x)
            return tf.norm(tape.gradient(score, x))


        def train(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(model(x, training=True)) + penalty(x)
            gradients = tape.gradient(loss, model.trainable_variables)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables))
        """,
    "a gradient that updates nothing": """
        def norm(x, y):
            with tf.GradientTape() as tape:
                loss = error(y, model(x))
            return tf.linalg.global_norm(tape.gradient(loss, model.trainable_variables))
        """,
    "a teacher": step("model(x) - linear(x)", "linear"),
    "a target network": step("linear(x) - tf.stop_gradient(model(x))", "model"),
    "meta-learning that says so": step("model(x, training=False)"),
    "a frozen base": FROZEN + step("net(x)", "net"),
    "VGG": "net = keras.applications.VGG16()\n" + step("net(x)", "net"),
    "the flag by position": step("net(x, True)", "net", "net, x, y"),
    "the flag behind a mask": step("net(x, None, True)", "net", "net, x, y"),
    "the flag by another name": step("net(x, is_training=True)", "net", "net, x, y"),
    "the flag inside a dict": step("net(x, **options)", "net", "net, x, y, options"),
    "the flag in a variable": step("net(x, training)", "net", "net, x, y, training"),
    "a signature that is looked at": """
        class Net(Classifier):
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    if self._call_has_training_arg:
                        y_pred = self(x, training=True)
                    else:
                        y_pred = self(x)
                    loss = error(y, y_pred)
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        """,
    "a tf.Module": textwrap.dedent(
        """
        class Line(tf.Module):
            def __call__(self, x):
                return x


        net = Line()
        """
    )
    + step("net(x)", "net"),
    "a training default of True": textwrap.dedent(
        """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.drop = layers.Dropout(0.5)

            def call(self, x, training=True):
                return self.drop(x, training=training)


        net = Net()
        """
    )
    + step("net(x)", "net"),
    "a test": step("model(x)").replace("def train", "def test_gradients"),
    "a Lambda layer": "net = keras.Sequential([layers.Lambda(lambda x: x * 2)])\n" + step("net(x)", "net"),
    "super().train_step": """
        class Net(Classifier):
            def train_step(self, data):
                return super().train_step(data)
        """,
}


@pytest.mark.parametrize("code", SILENT.values(), ids=SILENT)
def test_what_trains_no_model(code: str) -> None:
    assert found(code) == []


def test_several_models_are_judged_one_by_one() -> None:
    code = """
    generator = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
    discriminator = keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])


    def train(z, x):
        with tf.GradientTape() as tape_g, tf.GradientTape() as tape_d:
            fake = generator(z)
            loss = error(discriminator(x, training=True), discriminator(fake))
        gradients = tape_g.gradient(loss, generator.trainable_variables)
        optimizer.apply_gradients(zip(gradients, generator.trainable_variables))
        gradients = tape_d.gradient(loss, discriminator.trainable_variables)
        optimizer.apply_gradients(zip(gradients, discriminator.trainable_variables))


    def train_generator(z):
        with tf.GradientTape() as tape:
            loss = error(1.0, discriminator(generator(z, training=True)))
        gradients = tape.gradient(loss, generator.trainable_variables)
        optimizer.apply_gradients(zip(gradients, generator.trainable_variables))
    """
    assert said(code) == [("generator(z)", "bug"), ("discriminator(fake)", "bug")]


def test_tapes_of_one_name_are_told_apart() -> None:
    code = """
    def train(z, x):
        with tf.GradientTape() as tape:
            loss = error(model(x), 1.0)
        gradients = tape.gradient(loss, model.trainable_weights)
        optimizer.apply_gradients(zip(gradients, model.trainable_weights))
        with tf.GradientTape() as tape:
            loss = error(model(linear(z)), 0.0)
        gradients = tape.gradient(loss, linear.trainable_weights)
        optimizer.apply_gradients(zip(gradients, linear.trainable_weights))
    """
    assert said(code) == [("model(x)", "bug")]


def test_inputs_that_are_passed_by_name() -> None:
    assert said(step("model(inputs=x)")) == [("model(inputs=x)", "bug")]
    assert said(step("model(inputs=x, training=True)")) == []


def test_siamese_calls_are_two_findings() -> None:
    assert said(step("model(x) - model(y)")) == [("model(x)", "bug"), ("model(y)", "bug")]


SHARED = """
class Net(Classifier):
    def _shared_step(self, x, y{parameter}):
        return error(y, self(x{argument}))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self._shared_step(x, y{given})
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))

    def test_step(self, data):
        x, y = data
        return {{"loss": self._shared_step(x, y)}}
"""
TELLS = {"parameter": ", training=False", "argument": ", training=training"}


def test_a_helper_that_cannot_be_told_is_reported_without_a_fix() -> None:
    code = SHARED.format(parameter="", argument="", given="")
    assert said(code) == [("self(x)", "bug")]
    assert found(code)[0].fix is None
    assert "`_shared_step`" in found(code)[0].message


def test_a_helper_that_is_not_told_is_told_in_the_step() -> None:
    text = HEAD + SHARED.format(**TELLS, given="")
    assert [place for place, _ in said(text, "")] == ["self._shared_step(x, y)"]
    result = engine.fix(SourceText(text), Settings(select=("KTP301", "KTP305")), "example.py", unsafe=True)
    assert result.text == HEAD + SHARED.format(**TELLS, given=", training=True")
    assert result.remaining == ()


@pytest.mark.parametrize("given", [", training=True", ", True", ", training=False"])
def test_a_helper_that_is_told_is_right(given: str) -> None:
    assert found(SHARED.format(**TELLS, given=given)) == []


def test_a_helper_is_followed_through_another() -> None:
    code = """
    def forward(net, x, training=False):
        return net(x, training=training)


    def loss_of(net, x, y, training=False):
        return error(y, forward(net, x, training=training))


    def train(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(model, x, y)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    """
    assert said(code) == [("loss_of(model, x, y)", "bug")]


JAX_HEAD = """
import functools

import jax
import keras
from jax import value_and_grad
from keras import layers

optimizer = keras.optimizers.Adam()
model = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
linear = keras.Sequential([layers.Dense(8)])
"""
JAX_LOSS = """
def compute_loss(trainable, fixed, x, y):
    y_pred, fixed = model.stateless_call(trainable, fixed, x)
    return keras.ops.mean((y - y_pred) ** 2), fixed
"""
JAX_STEP = """
@jax.jit
def train_step(state, x, y):
    trainable, fixed, variables = state
    (loss, fixed), gradients = gradient_of(trainable, fixed, x, y)
    return optimizer.stateless_apply(variables, gradients, trainable)
"""
JAX = {
    "value_and_grad": JAX_LOSS + "\n\ngradient_of = jax.value_and_grad(compute_loss, has_aux=True)\n" + JAX_STEP,
    "grad": JAX_LOSS + "\n\ngradient_of = jax.grad(compute_loss, has_aux=True)\n" + JAX_STEP,
    "another import": JAX_LOSS + "\n\ngradient_of = value_and_grad(compute_loss, has_aux=True)\n" + JAX_STEP,
    "jit around it": JAX_LOSS + "\n\ngradient_of = jax.jit(jax.value_and_grad(compute_loss))\n" + JAX_STEP,
    "jit inside": JAX_LOSS + "\n\ngradient_of = jax.value_and_grad(jax.jit(compute_loss))\n" + JAX_STEP,
    "partial": JAX_LOSS + "\n\ngradient_of = jax.value_and_grad(functools.partial(compute_loss, y=1))\n" + JAX_STEP,
    "a decorator": "\n@functools.partial(jax.value_and_grad, has_aux=True)" + JAX_LOSS + JAX_STEP,
    "a lambda": "gradient_of = jax.grad(lambda t, f, x, y: model.stateless_call(t, f, x)[0].sum())\n" + JAX_STEP,
    "argnums": JAX_LOSS.replace("trainable, fixed, x, y)", "x, y, trainable, fixed)")
    + "\n\ngradient_of = jax.value_and_grad(compute_loss, argnums=2)\n"
    + JAX_STEP,
    "optax": JAX_LOSS
    + "\n\ngradient_of = jax.value_and_grad(compute_loss)\n"
    + JAX_STEP.replace(
        "return optimizer.stateless_apply(variables, gradients, trainable)",
        "updates, _ = optimizer.update(gradients, variables)\n    return optax.apply_updates(trainable, updates)",
    ),
}


@pytest.mark.parametrize("code", JAX.values(), ids=JAX)
def test_a_loss_that_jax_differentiates_is_a_step(code: str) -> None:
    one = found(code, JAX_HEAD)
    assert [(each.severity, each.keras) for each in one] == [(Severity.BUG, (3,))]
    assert one[0].fix is not None
    assert "training=True" in one[0].fix.edits[0].content
    assert found(code.replace(", x)", ", x, training=True)"), JAX_HEAD) == []
    assert found(code.replace("model", "linear"), JAX_HEAD) == []


def test_train_step_in_jax() -> None:
    code = """
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.drop = layers.Dropout(0.5)

        def call(self, x, training=None):
            return self.drop(x, training=training)

        def compute_loss_and_updates(self, trainable_variables, non_trainable_variables, x, y):
            y_pred, state = self.stateless_call(trainable_variables, non_trainable_variables, x)
            return self.compute_loss(x, y, y_pred), (y_pred, state)

        def train_step(self, state, data):
            trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables = state
            x, y = data
            grad_fn = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
            (loss, aux), grads = grad_fn(trainable_variables, non_trainable_variables, x, y)
            return self.optimizer.stateless_apply(optimizer_variables, grads, trainable_variables)
    """
    place = "self.stateless_call(trainable_variables, non_trainable_variables, x)"
    assert said(code, JAX_HEAD) == [(place, "bug")]


def test_a_loss_that_an_evaluation_shares_has_no_fix() -> None:
    code = JAX["value_and_grad"] + "\n\ndef evaluate(t, f, x, y):\n    return compute_loss(t, f, x, y)[0]\n"
    assert [one.fix for one in found(code, JAX_HEAD)] == [None]


JAX_SILENT = {
    "a gradient of the input": JAX["argnums"].replace("argnums=2", "argnums=0"),
    "no update": JAX["value_and_grad"].replace("optimizer.stateless_apply", "print"),
    "an evaluation": JAX_LOSS + "\n\nloss = compute_loss(1, 2, 3, 4)\noptimizer.stateless_apply(1, 2, 3)\n",
    "a flag that is handed on": JAX["value_and_grad"]
    .replace("fixed, x, y):", "fixed, x, y, training=False):", 1)
    .replace(", x)", ", x, training=training)"),
}


@pytest.mark.parametrize("code", JAX_SILENT.values(), ids=JAX_SILENT)
def test_what_is_no_step_in_jax(code: str) -> None:
    assert found(code, JAX_HEAD) == []


TORCH_HEAD = """
import keras
import torch
from keras import layers

model = keras.Sequential([layers.Dense(8), layers.Dropout(0.5)])
linear = keras.Sequential([layers.Dense(8)])
loss_fn = torch.nn.MSELoss()
optimizer = keras.optimizers.Adam()
"""
TORCH = {
    "a Keras optimizer": """
        for x, y in data:
            loss = loss_fn(model(x), y)
            model.zero_grad()
            weights = [v for v in model.trainable_weights]
            loss.backward()
            gradients = [v.value.grad for v in weights]
            with torch.no_grad():
                optimizer.apply(gradients, weights)
        """,
    "a torch optimizer": """
        adam = torch.optim.Adam(model.parameters())


        def train(net, x, y):
            adam.zero_grad()
            loss = loss_fn(net(x), y)
            loss.backward()
            adam.step()


        train(model, 1, 2)
        """,
    "train_step": """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.drop = layers.Dropout(0.5)

            def call(self, x, training=None):
                return self.drop(x, training=training)

            def train_step(self, data):
                x, y = data
                self.zero_grad()
                loss = self.compute_loss(y=y, y_pred=self(x))
                loss.backward()
                weights = [v for v in self.trainable_weights]
                with torch.no_grad():
                    self.optimizer.apply([v.value.grad for v in weights], weights)
        """,
}


@pytest.mark.parametrize("code", TORCH.values(), ids=TORCH)
def test_a_torch_loop_over_a_keras_model_is_a_step(code: str) -> None:
    code = textwrap.dedent(code)
    assert [(one.severity, one.keras) for one in found(code, TORCH_HEAD)] == [(Severity.BUG, (3,))]
    told = code.replace("(x)", "(x, training=True)")
    assert found(told, TORCH_HEAD) == []
    assert found(code.replace("model", "linear").replace("Dropout", "ReLU"), TORCH_HEAD) == []


TORCH_SILENT = {
    "a module of torch": """
        class Net(torch.nn.Module):
            def forward(self, x):
                return x


        net = Net()
        for x, y in data:
            loss = loss_fn(net(x), y)
            loss.backward()
            optimizer.apply([v.grad for v in net.parameters()], net.parameters())
        """,
    "an unknown model": """
        def train(net, x, y, adam):
            loss = loss_fn(net(x), y)
            net.zero_grad()
            loss.backward()
            adam.step()
        """,
    "a validation": """
        for x, y in data:
            loss = loss_fn(model(x, training=True), y)
            loss.backward()
            optimizer.apply([v.value.grad for v in model.trainable_weights], model.trainable_weights)
        with torch.no_grad():
            print(model(x))
        """,
    "no update": "loss = loss_fn(model(data), 1)\nloss.backward()\nprint([v.grad for v in model.trainable_weights])\n",
}


@pytest.mark.parametrize("code", TORCH_SILENT.values(), ids=TORCH_SILENT)
def test_what_is_no_step_in_torch(code: str) -> None:
    assert found(code, TORCH_HEAD) == []


def test_torch_and_jax_are_keras_3_alone() -> None:
    for code, head in ((TORCH["a Keras optimizer"], TORCH_HEAD), (JAX["grad"], JAX_HEAD)):
        source = SourceText(head + textwrap.dedent(code))
        assert (
            engine.check(source, Settings(select=("KTP301", "KTP305"), keras_versions=targets("2")), "example.py") == []
        )
