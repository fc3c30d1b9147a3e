"""Names of a module, and of the functions in it that hold classes: what each is bound to, looked up when needed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import Literal, Protocol

from flake8_training_phase.analysis.domain.bindings import Binding, Import, bindings, stand_ins
from flake8_training_phase.analysis.domain.registries import registered
from flake8_training_phase.analysis.domain.values import UNKNOWN, ClassValue, External, ModuleValue, Value, join
from flake8_training_phase.analysis.syntax.blocks import blocks
from flake8_training_phase.analysis.syntax.walking import nodes_in
from flake8_training_phase.keras import catalogue, names, packages
from flake8_training_phase.keras.applications import application
from flake8_training_phase.keras.knowledge import NOTHING, Knowledge
from flake8_training_phase.keras.legacy import LEGACY_NAMES, legacy_function


class Evaluate(Protocol):
    """Gives the value of an expression that is at the top of a scope."""

    def __call__(self, node: ast.expr, scope: Scope) -> Value:
        """The value of `node`."""


class TextOfModule(Protocol):
    """What the text of a module says, and those of its importers."""

    def importers_freeze(self) -> bool:
        """Whether what imports the module sets `trainable` of anything."""

    @property
    def sorted_out(self) -> frozenset[ast.Call]:
        """The calls that a test keeps apart from calls of the same thing with a flag."""


FindImport = Callable[[Import], Value | None]
"""Looks an import up in the project; None for what is not part of it."""


class Scope:
    """The names bound by a block of statements, and those of the blocks around it."""

    def __init__(
        self,
        statements: Iterable[ast.stmt],
        parent: Scope | None,
        define: Callable[[ast.stmt, Scope], Value],
        evaluate: Evaluate,
        find_import: FindImport,
        knowledge: Knowledge,
        text: TextOfModule | None = None,
    ) -> None:
        """`text` is that of the module, for its own scope."""
        self.parent = parent
        self.knowledge = knowledge
        self._text = text
        statements = list(statements)
        self._statements = statements
        self._is_mixed = parent is None and _imports_both(statements)
        self._define = define
        self._evaluate = evaluate
        self._find_import = find_import
        self._bindings: dict[str, list[Binding]] = {}
        self._values: dict[str, Value] = {}
        self._stars: list[Import] = []
        self._star_modules: dict[Import, Value | None] = {}
        self._starred_modules: tuple[ModuleValue, ...] | Literal["not searched"] | None = "not searched"
        self._starred: dict[str, Value | None] = {}
        """What names are that only stars can bind, as far as all of them could be asked."""
        self.definitions: list[tuple[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, Scope]] = []
        for name, binding in bindings(statements):
            if name == "*" and isinstance(binding, Import):
                self._stars.append(Import(binding.path.removesuffix("*").rstrip("."), binding.level))
                continue
            self._bindings.setdefault(name, []).append(binding)
            if isinstance(binding, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
                self.definitions.append((binding, self))
        imports = any(isinstance(one, Import) for found in self._bindings.values() for one in found)
        self._stand_ins = frozenset(stand_ins(statements) if imports else ())
        for name, items in registered(statements):
            self._bindings.get(name, []).append(items)

    @property
    def root(self) -> Scope:
        """The scope of the module."""
        return self if self.parent is None else self.parent.root

    @cached_property
    def freezes(self) -> bool:
        """Whether something in it, or in a module that imports it, sets `trainable` to what may be False."""
        own = any(_freezes(node) for statement in self._statements for node in nodes_in(statement))
        return own or (self._text is not None and self._text.importers_freeze())

    @property
    def sorted_out(self) -> frozenset[ast.Call]:
        """The calls of the module that a test keeps apart from calls of the same thing with a flag."""
        text = self.root._text
        return frozenset() if text is None else text.sorted_out

    def inner(self, statements: Iterable[ast.stmt]) -> Scope:
        """The scope of a function body inside this one."""
        return Scope(statements, self, self._define, self._evaluate, self._find_import, self.knowledge)

    def evaluate(self, node: ast.expr) -> Value:
        """What an expression at the top of the scope is."""
        return self._evaluate(node, self)

    def lookup(self, name: str) -> Value:
        """What a name is here; a builtin when nothing binds it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope._bindings:
                return scope._value(name)
            if scope._stars and (value := scope.star_imported(name)) is not None:
                return value
            scope = scope.parent
        return External(f"builtins.{name}")

    def star_imported(self, name: str, searched: set[Scope] | None = None) -> Value | None:
        """What a name is that only a `from … import *` can bind; None when none is known to.

        `searched` are the scopes that the search has come through: each is asked once, as modules may import all of
        each other, on many ways.
        """
        if name in self._starred:
            return self._starred[name]
        if searched is None:
            binding = self._starred_binding(name)
            if binding is not None and len(binding) < 2:
                # It is what the only one says, on whatever way that is reached.
                only = binding[0].module.member(name, {self}) if binding else UNKNOWN
                return None if only is UNKNOWN else only
            searched = set()
            value = self.star_imported(name, searched)
            if all(one._values.get(name, UNKNOWN) is not UNKNOWN for one in searched if name in one._bindings):
                # What has no value for them all has none for each; a value is that of this scope.
                self._starred |= {name: value}
                for one in searched if value is None else ():
                    one._starred[name] = None
            return value
        if self in searched or name in self._values:  # In the latter it is bound, and being looked up or unknown.
            return None
        searched.add(self)
        values = [self._from_star(name, star, searched) for star in self._stars]
        found = [value for value in values if value is not UNKNOWN]
        return join(found) if found else None

    def _starred_binding(self, name: str) -> list[ModuleValue] | None:
        """Of the modules that stars lead to, those that bind a name; None where that does not settle what it is."""
        if isinstance(self._starred_modules, str):
            self._starred_modules = None  # Meanwhile it is not known.
            self._starred_modules = self._modules_of_stars()
        if self._starred_modules is None:
            return None
        return [one for one in self._starred_modules if name in one.module.scope._bindings]

    def _modules_of_stars(self) -> tuple[ModuleValue, ...] | None:
        """All modules that stars lead to, at once or through others; None where they lead to something else as well,
        which may have any name: to a package, which has its modules, or out of the project.
        """
        found: dict[Scope, ModuleValue] = {}
        waiting = [self] if self.knowledge == NOTHING else []
        while waiting:
            scope = waiting.pop()
            for star in scope._stars:
                led = scope._star_module(star)
                if not isinstance(led, ModuleValue) or led.module.is_package:
                    return None
                inner = led.module.scope
                if inner not in found:
                    found[inner] = led
                    if isinstance(inner._starred_modules, tuple):
                        found |= {one.module.scope: one for one in inner._starred_modules}
                    else:
                        waiting.append(inner)
        return tuple(found.values()) if self.knowledge == NOTHING else None

    def _from_star(self, name: str, star: Import, searched: set[Scope]) -> Value:
        module = self._star_module(star)
        if isinstance(module, ModuleValue):
            return module.module.member(name, searched)
        if star.level:
            return UNKNOWN
        path = f"{star.path}.{name}"
        value = self.external(path)
        # Whether a module outside has a name is only known of Keras's classes and modules, and of its learning phase.
        is_legacy = legacy_function(path, LEGACY_NAMES) is not None
        known = is_legacy or isinstance(value, ClassValue) or names.keras_path(star.path) == ("", names.ALL)
        return value if known else UNKNOWN

    def _star_module(self, star: Import) -> Value | None:
        # Every name that is bound nowhere asks for it.
        if star not in self._star_modules:
            self._star_modules[star] = self._find_import(star)
        return self._star_modules[star]

    def define(self, node: ast.stmt) -> Value:
        """What a class or function defined here is."""
        return self._define(node, self)

    def binds(self, name: str) -> bool:
        """Whether this scope or one around it binds the name."""
        return name in self._bindings or (self.parent is not None and self.parent.binds(name))

    def bound_once(self, name: str) -> ast.expr | None:
        """The only expression that a name is bound to here; None where there are others, or none."""
        bindings = self._bindings.get(name, ())
        only = bindings[0] if len(bindings) == 1 else None
        return only if isinstance(only, ast.expr) else None

    def follows_from_names(self, node: ast.expr) -> bool:
        """Whether the names in an expression, and in theirs, say what it is, whatever the order of statements."""
        waiting, seen = [node], set[str]()
        while waiting:
            for one in nodes_in(waiting.pop()):
                if isinstance(one, ast.Name) and one.id not in seen:
                    seen.add(one.id)
                    bindings = self._bindings.get(one.id, ())
                    expression = self.bound_once(one.id)
                    if expression is not None:
                        waiting.append(expression)
                    elif not bindings or any(isinstance(binding, ast.expr) for binding in bindings):
                        return False
        return True

    def _value(self, name: str) -> Value:
        if name not in self._values:
            self._values[name] = UNKNOWN  # What a name is while it is being looked up: cycles end here.
            try:
                value = join(self._values_bound(name))
            finally:
                del self._values[name]
            self._values[name] = value
        return self._values[name]

    def _values_bound(self, name: str) -> Iterator[Value]:
        """What a name is bound to where Keras is used."""
        for binding in self._bindings[name]:
            value = self._bound(name, binding)
            is_layer = isinstance(value, ClassValue) and value.type.is_layer
            if is_layer or (name, binding) not in self._stand_ins:
                yield value

    def imported(self, name: str, binding: Import) -> Value:
        """What an import gives, from the project where it has it."""
        found = self._find_import(binding)
        if found is None or (found is UNKNOWN and name in names.WELL_KNOWN_NAMES):
            if self.root._is_mixed and not binding.level:
                binding = Import(names.beside_tf_keras(binding.path), 0)
            return self._imported_from_outside(name, binding)
        return found

    def _imported_from_outside(self, name: str, binding: Import) -> Value:
        well_known = names.WELL_KNOWN_NAMES.get(name)
        from_source = not binding.level and (names.keras_path(binding.path) or binding.path.startswith("tensorflow."))
        if well_known is not None and not from_source:
            return External(well_known)
        return self.external("." * binding.level + binding.path)

    def external(self, path: str) -> Value:
        """The thing outside the checked code that has this dotted name, as far as Keras or the user describes it."""
        return _external(path, self.knowledge)

    def _bound(self, name: str, binding: Binding) -> Value:
        if isinstance(binding, Import):
            return self.imported(name, binding)
        if isinstance(binding, ast.expr):
            return self._evaluate(binding, self)
        return self._define(binding, self)


def _freezes(node: ast.AST) -> bool:
    if isinstance(node, ast.Assign):
        sets = any(isinstance(one, ast.Attribute) and one.attr == "trainable" for one in node.targets)
        return sets and not (isinstance(node.value, ast.Constant) and node.value.value is True)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "setattr":
        return any(isinstance(one, ast.Constant) and one.value == "trainable" for one in node.args)
    return False


def _imports_both(statements: list[ast.stmt]) -> bool:
    """Whether a module imports `keras` and `tf_keras`, both for sure: neither is a stand-in for the other."""
    paths = (one.path for statement in statements if _is_import(statement) for one in _imports(statement))
    return {"keras", "tf_keras"} <= {path.partition(".")[0] for path in paths}


def _is_import(statement: ast.stmt) -> bool:
    return isinstance(statement, (ast.Import, ast.ImportFrom))


def _imports(statement: ast.stmt) -> Iterator[Import]:
    return (binding for _, binding in bindings([statement]) if isinstance(binding, Import) and not binding.level)


@lru_cache(maxsize=4096)
def _external(path: str, knowledge: Knowledge) -> Value:
    layer = knowledge.layer(path)
    if layer is not None:
        return ClassValue(layer, names.ALL)
    spelled = knowledge.spelled(path)
    found = packages.find(spelled, knowledge.catalogues)
    return external(spelled) if found is None else ClassValue(found.layer, found.generations)


def external(path: str) -> Value:
    """The thing outside the checked code that has this dotted name: a class of Keras when it names one."""
    found = names.keras_path(path)
    if found is not None:
        name = names.layer_name(path)
        layer = (catalogue.layer(name) or application(name)) if name else None
        if layer is not None:
            return ClassValue(layer, found[1])
    return External(path)


def class_definitions(scope: Scope) -> Iterator[tuple[ast.ClassDef, Scope]]:
    """Every class in a scope, those inside functions and other classes included, with the scope around it."""
    for definition, where in scope.definitions:
        if isinstance(definition, ast.ClassDef):
            yield definition, where
            yield from class_definitions(where.inner(nested_definitions(definition)))
        elif any(isinstance(node, ast.ClassDef) for node in inner_statements(definition.body)):
            yield from class_definitions(where.inner(definition.body))


def nested_definitions(node: ast.ClassDef) -> list[ast.stmt]:
    """The classes and methods in the body of a class."""
    return [child for child in node.body if isinstance(child, (ast.ClassDef, ast.FunctionDef))]


def inner_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a block and of the blocks inside it, without those of nested definitions."""
    for statement in body:
        yield statement
        if not isinstance(statement, ast.ClassDef):
            for block in blocks(statement):
                yield from inner_statements(block)


def function_imports(node: ast.Import | ast.ImportFrom, scope: Scope) -> Iterator[tuple[str, Value]]:
    """The names that an import inside a function binds, and what they are."""
    for name, binding in bindings([node]):
        if isinstance(binding, Import):
            yield name, scope.imported(name, binding)
