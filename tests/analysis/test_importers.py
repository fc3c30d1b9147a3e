"""The model of a training step is known from the files that call the step."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from flake8_training_phase import engine
from flake8_training_phase.analysis.project import Project
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.sources.text import SourceText
from tests.helpers import run

STEP = """
import tensorflow as tf

def fit_batch(network, optimizer, x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(network(x))
    grads = tape.gradient(loss, network.trainable_variables)
    optimizer.apply_gradients(zip(grads, network.trainable_variables))
"""

TOLD = STEP.replace("network(x)", "network(x, training=True)")

TRAINER = """
import tensorflow as tf

class Trainer:
    def __init__(self, network, optimizer):
        self.network = network
        self.optimizer = optimizer

    @tf.function
    def step(self, x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.network(x))
        grads = tape.gradient(loss, self.network.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.network.trainable_variables))

    def train(self, data):
        for x in data:
            self.step(x)
"""

FACTORY = """
import tensorflow as tf

def make_step(network, optimizer):
    @tf.function
    def step(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(network(x))
        grads = tape.gradient(loss, network.trainable_variables)
        optimizer.apply_gradients(zip(grads, network.trainable_variables))
    return step

def run_epoch(strategy, network, optimizer, data):
    step = make_step(network, optimizer)
    for x in data:
        strategy.run(step, args=(x,))
"""

PARTS = """
import tensorflow as tf

def fit_batch(agent, optimizer, x):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(agent.head.net(agent.body.net(x{flag}){flag}))
    grads = tape.gradient(loss, agent.trainable_variables)
    optimizer.apply_gradients(zip(grads, agent.trainable_variables))
"""

AGENT = """
from steps import fit_batch
from tensorflow import keras

class Part:
    def __init__(self):
        x = keras.Input((4,))
        self.net = keras.Model(x, keras.layers.Dropout(0.5)(x))

class Agent:
    def __init__(self):
        self.body, self.head = Part(), Part()
        self.trainable_variables = self.body.net.trainable_variables + self.head.net.trainable_variables

fit_batch(Agent(), keras.optimizers.Adam(), data)
"""

MAIN = """
from tensorflow import keras
{imports}

def main(strategy, data):
    network = keras.Sequential([keras.layers.Dense(3), {layer}])
    optimizer = keras.optimizers.Adam()
    {calls}
"""

DROPOUT = "keras.layers.Dropout(0.5)"


def main(imports: str, calls: str, layer: str = DROPOUT) -> str:
    return MAIN.format(imports=imports, calls=calls, layer=layer)


def codes(path: Path) -> list[str]:
    """What is said of a file by the rules about training steps."""
    source = SourceText(path.read_text(encoding="utf-8"))
    found = engine.check(source, Settings(select=("KTP301",)), str(path), Project())
    return [one.code for one in found]


@pytest.mark.parametrize(
    ("step", "imports", "calls"),
    [
        (STEP, "from steps import fit_batch", "fit_batch(network, optimizer, data)"),
        (STEP, "from steps import (\n    fit_batch as fit,\n)", "fit(optimizer=optimizer, network=network, x=data)"),
        (STEP, "import steps", "steps.fit_batch(network, optimizer, data)"),
        (STEP, "import steps", "strategy.run(steps.fit_batch, args=(network, optimizer, data))"),
        (STEP, "from steps import fit_batch", "strategy.run(fit_batch, (network, optimizer, data))"),
        (STEP, "import steps, functools", "functools.partial(steps.fit_batch, network)(optimizer, data)"),
        (TRAINER, "import steps", "steps.Trainer(network, optimizer).train(data)"),
        (FACTORY, "from steps import run_epoch", "run_epoch(strategy, network, optimizer, data)"),
        (FACTORY, "from steps import make_step", "step = make_step(network, optimizer)\n    step(data)"),
    ],
)
def test_a_model_that_another_file_hands_over(tmp_path: Path, step: str, imports: str, calls: str) -> None:
    steps = tmp_path / "steps.py"
    steps.write_text(textwrap.dedent(step))
    assert codes(steps) == []
    (tmp_path / "main.py").write_text(main(imports, calls))
    assert codes(steps) == ["KTP301"]


@pytest.mark.parametrize(("step", "layer"), [(STEP, "keras.layers.Dense(1)"), (TOLD, DROPOUT)])
def test_what_is_right_stays_quiet(tmp_path: Path, step: str, layer: str) -> None:
    (tmp_path / "steps.py").write_text(step)
    (tmp_path / "main.py").write_text(main("from steps import fit_batch", "fit_batch(network, optimizer, data)", layer))
    assert codes(tmp_path / "steps.py") == []


@pytest.mark.parametrize(("flag", "expected"), [("", ["KTP301", "KTP301"]), (", training=True", [])])
def test_models_inside_of_what_another_file_hands_over(tmp_path: Path, flag: str, expected: list[str]) -> None:
    (tmp_path / "steps.py").write_text(PARTS.format(flag=flag))
    assert codes(tmp_path / "steps.py") == []
    (tmp_path / "agent.py").write_text(AGENT)
    assert codes(tmp_path / "steps.py") == expected


def test_a_file_that_only_has_a_function_of_that_name(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(STEP)
    (tmp_path / "main.py").write_text(main("from other import fit_batch", "fit_batch(network, optimizer, data)"))
    assert codes(tmp_path / "steps.py") == []


def test_a_script_beside_the_package(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "steps.py").write_text(STEP)
    (tmp_path / "train.py").write_text(main("from package import steps", "steps.fit_batch(network, optimizer, data)"))
    assert codes(package / "steps.py") == ["KTP301"]


def test_what_a_package_gives_on(tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").write_text("from .steps import fit_batch\n")
    (package / "steps.py").write_text(STEP)
    (tmp_path / "train.py").write_text(main("from package import fit_batch", "fit_batch(network, optimizer, data)"))
    assert codes(package / "steps.py") == ["KTP301"]


def test_a_caller_that_is_added_later_is_seen(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(STEP)
    options = ("--check", "--isolated", "--cache-dir", tmp_path / "kept", "--select", "KTP301")
    command = ("flake8_training_phase", *options, "steps.py")
    assert "KTP301" not in run(*command, cwd=tmp_path).out
    (tmp_path / "main.py").write_text(main("import steps", "steps.fit_batch(network, optimizer, data)"))
    assert "KTP301" in run(*command, cwd=tmp_path).out


LOOP = """
from library.trainer import Trainer

def train(network, data):
    Trainer(network, make_optimizer()).train(data)
"""


def test_a_model_that_comes_over_two_imports(tmp_path: Path) -> None:
    """The folder is no package: what marks the project says that its files belong together."""
    library = tmp_path / "library"
    library.mkdir()
    (tmp_path / "pyproject.toml").touch()
    (library / "trainer.py").write_text(TRAINER)
    (library / "loop.py").write_text(LOOP)
    assert codes(library / "trainer.py") == []
    (tmp_path / "main.py").write_text(main("from library.loop import train", "train(network, data)"))
    assert codes(library / "trainer.py") == ["KTP301"]


def test_two_files_that_import_each_other(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text("import main\n" + STEP)
    (tmp_path / "main.py").write_text(main("import steps", "steps.fit_batch(network, optimizer, data)"))
    assert codes(tmp_path / "steps.py") == ["KTP301"]


LEARNING = """
import tensorflow as tf

class Learning:
    def __init__(self, optimizer):
        self.network = self.build()
        self.optimizer = optimizer

    def build(self):
        raise NotImplementedError

    def learn(self, x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(self.network(x{flag}))
        grads = tape.gradient(loss, self.network.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.network.trainable_variables))
"""
PLAYER = """
from learning import Learning
from tensorflow import keras

class Player(Learning):
    def build(self):
        return keras.Sequential([keras.layers.Dense(3), {layer}])

    def play(self, games):
        for game in games:
            self.learn(game)
"""
PLAIN_PLAYER = PLAYER.partition("    def play")[0]


@pytest.mark.parametrize(
    ("player", "script"),
    [
        (PLAYER, ""),
        (PLAIN_PLAYER, "import player\n\ndef play(games, optimizer):\n    player.Player(optimizer).learn(games)\n"),
        (
            PLAIN_PLAYER,
            "from player import Player\n\nPLAYERS = {'plain': Player}\n\n"
            "def play(name, games, optimizer):\n    PLAYERS[name](optimizer).learn(games)\n",
        ),
        (
            PLAIN_PLAYER,
            "import player\n\ndef play(games, optimizer):\n"
            "    for make in (player.Player,):\n        make(optimizer).learn(games)\n",
        ),
    ],
)
def test_what_a_subclass_in_another_file_makes(tmp_path: Path, player: str, script: str) -> None:
    learning = tmp_path / "learning.py"
    learning.write_text(LEARNING.format(flag=""))
    assert codes(learning) == []
    (tmp_path / "script.py").write_text(script)
    (tmp_path / "player.py").write_text(player.format(layer="keras.layers.Dense(1)"))
    assert codes(learning) == []
    (tmp_path / "player.py").write_text(player.format(layer=DROPOUT))
    assert codes(learning) == ["KTP301"]
    learning.write_text(LEARNING.format(flag=", training=True"))
    assert codes(learning) == []


LOSSES = """
import tensorflow as tf

def consistency(network, x):
    return tf.reduce_mean(network(x) - x)
"""
LEARNER = """
import tensorflow as tf
from tensorflow import keras
import losses

network = keras.Sequential([keras.layers.Dense(2), keras.layers.Dropout(0.5)])

def learn(optimizer, x):
    with tf.GradientTape() as tape:
        loss = losses.consistency(network, x)
    grads = tape.gradient(loss, network.trainable_variables)
    optimizer.apply_gradients(zip(grads, network.trainable_variables))
"""


def test_a_loss_of_another_file_is_reported_where_the_step_calls_it(tmp_path: Path) -> None:
    (tmp_path / "losses.py").write_text(LOSSES)
    source = SourceText(LEARNER)
    found = engine.check(source, Settings(select=("KTP301",)), str(tmp_path / "learner.py"), Project())
    assert [source.text[source.offset(one.start) : source.offset(one.end)] for one in found] == [
        "losses.consistency(network, x)"
    ]
    assert "runs the model without `training` in `learn`" in found[0].message


def test_what_a_folder_beside_makes(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    for name in ("steps", "scripts"):
        (tmp_path / name).mkdir()
    (tmp_path / "steps" / "steps.py").write_text(STEP)
    (tmp_path / "scripts" / "train.py").write_text(
        "from tensorflow import keras\nfrom steps.steps import fit_batch\n\n"
        "net = keras.Sequential([keras.layers.Dropout(0.5)])\nfit_batch(net, keras.optimizers.Adam(), 1)\n"
    )
    path = tmp_path / "steps" / "steps.py"
    found = engine.check(SourceText(STEP), Settings(select=("KTP301",)), str(path), Project())
    assert [one.code for one in found] == ["KTP301"]


def test_modules_of_the_same_name_in_folders_beside_are_others(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    for place in range(20):
        folder = tmp_path / f"net{place}"
        folder.mkdir()
        (folder / "steps.py").write_text(STEP)
        (folder / "train.py").write_text("from .steps import fit_batch\n\nfit_batch(net, optimizer, 1)\n")
    path = tmp_path / "net0" / "steps.py"
    found = engine.check(SourceText(STEP), Settings(select=("KTP301", "KTP900")), str(path), Project())
    assert found == []
