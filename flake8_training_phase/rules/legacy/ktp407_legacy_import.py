"""KTP407 legacy-import."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_training_phase.analysis.queries.checked_module import CheckedModule
from flake8_training_phase.findings import Severity
from flake8_training_phase.fixes.changes import DropImport, FixPlan
from flake8_training_phase.fixes.legacy_imports import droppable_import
from flake8_training_phase.keras.legacy import LEGACY_NAMES, legacy_function
from flake8_training_phase.rules.rule import Rule, Violation


class LegacyImport(Rule):
    """A function of the learning phase is imported, nothing uses it, and Keras 3 does not have it.

    ## What it does

    Reports `from … import learning_phase`, and the like for every other name of that API, where the module does not use
    the name any more. Most of these are left behind by the fixes of the other KTP4 rules. What other modules
    may import from here is not reported: names in `__init__.py`, in `__all__`, imported `as` themselves, under a
    condition or a `try`, or beside a comment such as `# noqa`.

    ## What Keras does

    In Keras 3 the import raises an ImportError, so that the whole module cannot be imported, for a name that nothing
    needs.

    ## Example

    ```python
    from tensorflow.keras.backend import int_shape, learning_phase
    ```

    Use instead:

    ```python
    from tensorflow.keras.backend import int_shape
    ```

    ## Fix safety

    Safe: nothing in the module uses the name. The import of the backend module itself (`backend as K`) goes with the
    fix that takes its last use.

    ## References

    - Measured: the tables of docs/rules/KTP407.md
    """

    severity = Severity.LEGACY
    words = LEGACY_NAMES

    def check(self, module: CheckedModule) -> Iterator[Violation]:
        """The imports that nothing uses."""
        if 3 not in module.keras:
            return
        used = {node.id for node in module.nodes.of(ast.Name)}
        for name in dict.fromkeys(_imported(module)):
            found = droppable_import(module, name) if name not in used else None
            if found is not None:
                statement, alias = found
                message = f"`{alias.name}` does not exist in Keras 3, and nothing here uses it. Remove the import"
                plan = FixPlan("Remove the import", (DropImport(statement, alias),))
                yield self.problem(alias, message, (3,), plan)


def _imported(module: CheckedModule) -> Iterator[str]:
    """The names under which the module imports legacy functions."""
    spelled = module.scope.knowledge.spelled
    for node in module.nodes.of(ast.ImportFrom):
        if node.module is not None and not node.level:
            for alias in node.names:
                if legacy_function(spelled(f"{node.module}.{alias.name}"), LEGACY_NAMES) is not None:
                    yield alias.asname or alias.name


RULE = LegacyImport()
