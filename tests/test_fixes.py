"""How fixes are rendered: in the style of the code around, and no byte more."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from textwrap import dedent

import pytest

from flake8_training_phase import engine
from flake8_training_phase.configuration.settings import Settings
from flake8_training_phase.findings import Fix
from flake8_training_phase.fixes.changes import (
    AddArgument,
    AddParameter,
    Change,
    DeleteStatement,
    FixPlan,
    NameArgument,
    RenameKeyword,
    RenameParameter,
    Replace,
    Unwrap,
)
from flake8_training_phase.fixes.render import render
from flake8_training_phase.fixes.style import FileStyle
from flake8_training_phase.sources.edits import apply_edits, compatible_fixes
from flake8_training_phase.sources.parsing import AnalysisError, parse
from flake8_training_phase.sources.text import SourceText
from tests.helpers import FIXED_MODEL, FORGETFUL, MISNAMED, MODEL, returning


def rendered(source: SourceText, *changes: Change) -> Fix | None:
    return render(FixPlan("…", changes), source, FileStyle(source))


def made(source: SourceText, *changes: Change) -> str | None:
    """The text with all changes made; None when they cannot be made. It always compiles."""
    fix = rendered(source, *changes)
    if fix is None:
        return None
    edits, done = compatible_fixes([fix])
    assert done
    text = apply_edits(source, edits)
    compile(text, "fixed", "exec", ast.PyCF_ONLY_AST)
    return text


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls of `f` and of what ends in `.drop` or `.norm`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if getattr(node.func, "id", None) == "f" or getattr(node.func, "attr", None) in ("drop", "norm"):
                yield node


# One more argument

ARGUMENTS = [
    # One line
    ("f(x)", "f(x, training=training)"),
    ("f()", "f(training=training)"),
    ("f(x,)", "f(x, training=training,)"),
    ("f( x )", "f( x, training=training )"),
    ("f(x , )", "f(x, training=training , )"),
    ("f(x, y=1)", "f(x, y=1, training=training)"),
    ("f(x,y)", "f(x,y, training=training)"),
    ("f(*x)", "f(*x, training=training)"),
    ("f(x, **kw)", "f(x, training=training, **kw)"),
    ("f(**kw)", "f(training=training, **kw)"),
    ("f(x, **kw, y=1)", "f(x, **kw, y=1, training=training)"),
    ("f(x, *xs, **kw, **more)", "f(x, *xs, training=training, **kw, **more)"),
    ("f(\n    x,\n    **kw,\n)", "f(\n    x,\n    training=training,\n    **kw,\n)"),
    ("f(lambda: x)", "f(lambda: x, training=training)"),
    ("f((y := x))", "f((y := x), training=training)"),
    ("f(y := x)", "f(y := x, training=training)"),
    ("f([i for i in x])", "f([i for i in x], training=training)"),
    ("f((i for i in x))", "f((i for i in x), training=training)"),
    ("f('é😀', \"ß\")  # ü", "f('é😀', \"ß\", training=training)  # ü"),
    ("f(x) + 1", "f(x, training=training) + 1"),
    ("f(x)(y)", "f(x, training=training)(y)"),
    ("(f)(x)", "(f)(x, training=training)"),
    ("f (x)", "f (x, training=training)"),
    ("f(x); f(y)", "f(x, training=training); f(y, training=training)"),
    ("x = '''\n''' + f(x)", "x = '''\n''' + f(x, training=training)"),
    ("f('''\n''')", "f('''\n''', training=training)"),
    # Nested calls
    ("self.drop(self.norm(x))", "self.drop(self.norm(x, training=training), training=training)"),
    ("self.drop(self.norm(x),)", "self.drop(self.norm(x, training=training), training=training,)"),
    ("self.drop(self.norm(), 1)", "self.drop(self.norm(training=training), 1, training=training)"),
    (
        "self.drop(\n    self.norm(\n        x,\n    ),\n)",
        "self.drop(\n    self.norm(\n        x,\n        training=training,\n    ),\n    training=training,\n)",
    ),
    # One argument on each line
    ("f(\n    x,\n    y,\n)", "f(\n    x,\n    y,\n    training=training,\n)"),
    ("f(\n    x,\n    y\n)", "f(\n    x,\n    y,\n    training=training\n)"),
    ("f(\n    x,\n    y)", "f(\n    x,\n    y,\n    training=training)"),
    ("f(x,\n  y)", "f(x,\n  y,\n  training=training)"),
    ("f(\n\tx,\n)", "f(\n\tx,\n\ttraining=training,\n)"),
    ("f(\r\n    x,\r\n)\r\n", "f(\r\n    x,\r\n    training=training,\r\n)\r\n"),
    # Some on a line
    ("f(\n    x, y\n)", "f(\n    x, y, training=training\n)"),
    ("f(\n    x, y,\n)", "f(\n    x, y,\n    training=training,\n)"),
    ("f(\n    x)", "f(\n    x, training=training)"),
    ("f(\n    x, y)", "f(\n    x, y, training=training)"),
    # The whole call in brackets, or continued
    ("(self\n .drop(x))", "(self\n .drop(x, training=training))"),
    ("(self\n .drop\n (x))", "(self\n .drop\n (x, training=training))"),
    ("self.drop\\\n    (x)", "self.drop\\\n    (x, training=training)"),
    ("f(x if y else\n  z)", "f(x if y else\n  z, training=training)"),
    # Comments stay with what they are about
    ("f(\n    x,  # one\n    y,  # two\n)", "f(\n    x,  # one\n    y,  # two\n    training=training,\n)"),
    ("f(\n    x,  # one\n    y  # two\n)", "f(\n    x,  # one\n    y,  # two\n    training=training\n)"),
    ("f(\n    x,  # one\n    # end\n)", "f(\n    x,  # one\n    training=training,\n    # end\n)"),
    ("f(\n    x  # one\n    # end\n)", "f(\n    x,  # one\n    training=training\n    # end\n)"),
    ("f(  # zero\n    x,\n)", "f(  # zero\n    x,\n    training=training,\n)"),
    ("f(x  # one\n)", "f(x, training=training  # one\n)"),
    ("f(\n    # nothing\n)", "f(\n    # nothing\ntraining=training)"),
]


@pytest.mark.parametrize(("before", "after"), ARGUMENTS)
def test_add_argument(before: str, after: str) -> None:
    source = SourceText(before)
    changes = [AddArgument(call, "training", "training") for call in calls(parse(source))]
    assert changes
    assert made(source, *changes) == after


@pytest.mark.parametrize("before", [before for before, _ in ARGUMENTS])
def test_add_argument_replaces_no_code(before: str) -> None:
    source = SourceText(before)
    for call in calls(parse(source)):
        fix = rendered(source, AddArgument(call, "training", "training"))
        assert fix is not None
        for edit in fix.edits:
            replaced = source.text[source.offset(edit.start) : source.offset(edit.end)]
            assert re.fullmatch(r"(\s|#.*)*", replaced)


@pytest.mark.parametrize("before", ["f(i for i in x)", "f(i async for i in x)"])
def test_a_bare_generator_is_refused(before: str) -> None:
    source = SourceText(f"async def g():\n    {before}")
    (call,) = calls(parse(source))
    assert made(source, AddArgument(call, "training", "training")) is None


@pytest.mark.parametrize("before", ["f'{f(x)}'", "f'''\n{f(x)}\n'''", "f'é{x}{f(x)!r:>{f(y)}}'"])
def test_calls_in_f_strings_are_fixed_right_or_not_at_all(before: str) -> None:
    # Up to Python 3.11, the places of what is in an f-string are not always right.
    source = SourceText(before)
    for call in calls(parse(source)):
        text = made(source, AddArgument(call, "training", "training"))
        if text is not None:
            wanted = next(one for one in calls(ast.parse(text)) if one.keywords)
            assert [keyword.arg for keyword in wanted.keywords] == ["training"]
            assert ast.dump(wanted.args[0]) == ast.dump(call.args[0])


def test_one_change_that_cannot_be_made_refuses_the_fix() -> None:
    source = SourceText("f(x)\nf(i for i in x)\n")
    changes = [AddArgument(call, "training", "training") for call in calls(parse(source))]
    assert rendered(source, *changes[:1]) is not None
    assert rendered(source, *changes) is None


# One more parameter

PARAMETERS = [
    ("def call(self, x):", "def call(self, x, training=None):"),
    ("def call(self, x,):", "def call(self, x, training=None,):"),
    ("def call(self, x, mask=None):", "def call(self, x, mask=None, training=None):"),
    ("def call( self, x ):", "def call( self, x, training=None ):"),
    ("def call (self, x) :", "def call (self, x, training=None) :"),
    ("def call(self):", "def call(self, training=None):"),
    ("async def call(self, x):", "async def call(self, x, training=None):"),
    ("def call(self, x):  # why", "def call(self, x, training=None):  # why"),
    # Annotated
    ("def call(self, x: int):", "def call(self, x: int, training: bool | None = None):"),
    ("def call(self, x) -> int:", "def call(self, x, training=None) -> int:"),
    ("def call(self, x: int, /):", "def call(self, x: int, /, training: bool | None = None):"),
    ("def call(self, *x: int):", "def call(self, *x: int, training: bool | None = None):"),
    ("def call(self, x, **kw: int):", "def call(self, x, training: bool | None = None, **kw: int):"),
    ("def call(self, x, *, m: int):", "def call(self, x, training: bool | None = None, *, m: int):"),
    # In front of what is keyword-only, after `*args`
    ("def call(self, x, *, mask=None):", "def call(self, x, training=None, *, mask=None):"),
    ("def call(self, x,*, mask=None):", "def call(self, x, training=None,*, mask=None):"),
    ("def call(self, x, **kwargs):", "def call(self, x, training=None, **kwargs):"),
    ("def call(self, *args):", "def call(self, *args, training=None):"),
    ("def call(self, *args,):", "def call(self, *args, training=None,):"),
    ("def call(self, *args, mask=None):", "def call(self, *args, training=None, mask=None):"),
    ("def call(self, *args, **kwargs):", "def call(self, *args, training=None, **kwargs):"),
    ("def call(self, x, /):", "def call(self, x, /, training=None):"),
    ("def call(self, x, /,):", "def call(self, x, /, training=None,):"),
    ("def call(self, x, /, mask=None):", "def call(self, x, /, mask=None, training=None):"),
    ("def call(self, x, /, *, mask=None):", "def call(self, x, /, training=None, *, mask=None):"),
    ("def call(self, x, /, **kwargs):", "def call(self, x, /, training=None, **kwargs):"),
    # Several lines
    ("def call(self,\n         x):", "def call(self,\n         x,\n         training=None):"),
    ("def call(\n    self,\n    x,\n):", "def call(\n    self,\n    x,\n    training=None,\n):"),
    ("def call(\n    self,\n    x\n):", "def call(\n    self,\n    x,\n    training=None\n):"),
    ("def call(\n    self, x\n):", "def call(\n    self, x,\n    training=None\n):"),
    ("def call(\n    self, x,\n):", "def call(\n    self, x,\n    training=None,\n):"),
    ("def call(\n    self, x):", "def call(\n    self, x, training=None):"),
    ("def call(\n    self,\n    *args,\n):", "def call(\n    self,\n    *args,\n    training=None,\n):"),
    ("def call(\n    self,\n    *args\n):", "def call(\n    self,\n    *args,\n    training=None\n):"),
    ("def call(\n    self,\n    x,\n    /,\n):", "def call(\n    self,\n    x,\n    /,\n    training=None,\n):"),
    ("def call(\n    self,\n    x,\n    /\n):", "def call(\n    self,\n    x,\n    /,\n    training=None\n):"),
    (
        "def call(\n    self,\n    x,\n    *,\n    mask=None,\n):",
        "def call(\n    self,\n    x,\n    training=None,\n    *,\n    mask=None,\n):",
    ),
    # Comments
    (
        "def call(\n    self,\n    x,  # one\n):",
        "def call(\n    self,\n    x,  # one\n    training=None,\n):",
    ),
    (
        "def call(\n    self,\n    x  # one\n):",
        "def call(\n    self,\n    x,  # one\n    training=None\n):",
    ),
    (
        "def call(\n    self,\n    x,  # one\n    # the rest\n    **kwargs,\n):",
        "def call(\n    self,\n    x,  # one\n    training=None,\n    # the rest\n    **kwargs,\n):",
    ),
    (
        "def call(\n    self,\n    *args,  # all\n    mask=None\n):",
        "def call(\n    self,\n    *args,  # all\n    training=None,\n    mask=None\n):",
    ),
]


def with_parameter(text: str, annotation: str = "bool | None") -> str | None:
    """The text with `training` in the first signature."""
    source = SourceText(text)
    function = next(
        node for node in ast.walk(parse(source)) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    )
    return made(source, AddParameter(function, "training", annotation))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize(("before", "after"), PARAMETERS)
def test_add_parameter(before: str, after: str, end: str) -> None:
    body = "\n    return x\n"
    assert with_parameter((before + body).replace("\n", end)) == (after + body).replace("\n", end)


BODIES = [
    "def call(self, x): return x\n",
    "def call(self, x): y = 1; return x\n",
    "def call(self, x):\n    '''Doc.'''\n    return x\n",
    "def call(self, x):\n\n    # A comment first.\n\n    return x\n",
    "def call(self, x):\n    @wraps\n    def inner(): ...\n    return inner\n",
    "def call(self, x):\n    @ wraps  # a comment @ odds\n    @another(\n        x)\n    class Inner: ...\n",
    "def call(self, x):\n    @(wraps)\n    async def inner(): ...\n",
    "@decorated\ndef call(self, x):\n    return x\n",
    "def call(self, x):\n\treturn x\n",
    "def call(self, x):\n\x0c    return x\n",
    "def call(self, x): \\\n    return x\n",
    "def call(self, x):\n    return x  # no newline at the end",
    "é = 'é'; '😀'\ndef call(self, x):\n    return 'ü'\n",
    "class A:\n\n    def call(self, x):\n        return x\n",
    "class A:\n\tdef call(self, x):\n\t\treturn x\n",
]


@pytest.mark.parametrize("before", BODIES)
def test_add_parameter_leaves_the_body_alone(before: str) -> None:
    assert with_parameter(before) == before.replace("(self, x)", "(self, x, training=None)")


def test_optional_where_the_module_has_it() -> None:
    assert with_parameter("def call(self, x: int): ...\n", "Optional[bool]") == (
        "def call(self, x: int, training: Optional[bool] = None): ...\n"
    )
    text = f"from typing import Optional\n{MODEL.replace('x):', 'x: Optional[int]):')}"
    fixed = engine.fix(SourceText(text), Settings(), "model.py")
    assert "def call(self, x: Optional[int], training: Optional[bool] = None):" in fixed.text


@pytest.mark.parametrize(
    ("before", "annotation"),
    [
        ("from __future__ import annotations\n", "bool | None"),
        ("def size(shape: tuple | None): ...\n", "bool | None"),
        ("def name() -> int | str: ...\n", "bool | None"),
    ],
)
def test_an_annotation_that_an_older_python_can_evaluate(before: str, annotation: str) -> None:
    text = f"{before}{MODEL.replace('x):', 'x: int):')}"
    fixed = engine.fix(SourceText(text), Settings(), "model.py")
    assert f"def call(self, x: int, training: {annotation} = None):" in fixed.text
    fixed = engine.fix(SourceText(MODEL.replace("x):", "x: int):")), Settings(isolated=True), "model.py")
    assert "def call(self, x: int, training=None):" in fixed.text


# The other changes


def first(source: SourceText, kind: type[ast.AST], index: int = 0) -> ast.AST:
    return [node for node in ast.walk(parse(source)) if isinstance(node, kind)][index]


def test_name_argument() -> None:
    source = SourceText("self.drop('é', training)\n")
    call = first(source, ast.Call)
    assert isinstance(call, ast.Call)
    assert made(source, NameArgument(call, call.args[1], "training")) == "self.drop('é', training=training)\n"


def test_rename_parameter_and_keyword() -> None:
    source = SourceText("def é(ü, is_training: bool=False): f(ü, is_training = is_training)\n")
    parameter, keyword = first(source, ast.arg, 1), first(source, ast.keyword)
    assert isinstance(parameter, ast.arg)
    assert isinstance(keyword, ast.keyword)
    assert made(source, RenameParameter(parameter, "training"), RenameKeyword(keyword, "training")) == (
        "def é(ü, training: bool=False): f(ü, training = is_training)\n"
    )


@pytest.mark.parametrize(
    ("before", "template", "after"),
    [
        ("x = f(a, b)", "{} if t else {}", "x = a if t else b"),
        ("x = f({1: 2}, '{}')", "{} if t else {}", "x = {1: 2} if t else '{}'"),
        ("x = f(a +\n  1, b)", "{} if t else {}", "x = (a +\n  1 if t else b)"),
        ("x = (f)(\n    a,\n    b)", "{} if t else {}", "x = a if t else b"),
        ("x = 0 if f(a, b)else 1", "{} + {}", "x = 0 if a + b else 1"),
        ("def g(): return(f(a, b)if c else d)", "{}", "def g(): return(a if c else d)"),
        ("x = a if(c)else f(a, b)", "{}", "x = a if(c)else a"),
    ],
)
def test_replace(before: str, template: str, after: str) -> None:
    source = SourceText(before)
    call = first(source, ast.Call)
    assert isinstance(call, ast.Call)
    assert made(source, Replace(call, template, tuple(call.args))) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def g():\n    a()\n    f()\n    b()\n", "def g():\n    a()\n    b()\n"),
        ("def g():\n    a()\n    f(\n    )  # comment\n    b()\n", "def g():\n    a()\n    b()\n"),
        ("def g():\r\n    a()\r\n    f()\r\n    b()", "def g():\r\n    a()\r\n    b()"),
        ("def g():\n    a()\n    f()", "def g():\n    a()\n"),
        ("def g():\n    f()\n", "def g():\n    pass\n"),
        ("def g():\n    f();\n    a()\n", "def g():\n    a()\n"),
        # What shares its line stays.
        ("def g(): f()\n", None),
        ("def g():\n    f(); a()\n", None),
        ("def g():\n    a(); f()\n", None),
    ],
)
def test_delete_statement(before: str, after: str | None) -> None:
    source = SourceText(before)
    function = first(source, ast.FunctionDef)
    assert isinstance(function, ast.FunctionDef)
    statement = next(one for one in function.body if ast.unparse(one) == "f()")
    assert made(source, DeleteStatement(statement, tuple(function.body))) == after


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("rest", ["", "    b()\n"])
def test_unwrap_keeps_the_line_ends(newline: str, rest: str) -> None:
    before = f"def g():\n    if f():\n        a()\n{rest}".replace("\n", newline)
    source = SourceText(before)
    guard = first(source, ast.If)
    assert isinstance(guard, ast.If)
    assert made(source, Unwrap(guard)) == f"def g():\n    a()\n{rest}".replace("\n", newline)


# What is written in the place of a call


@pytest.mark.parametrize(
    ("use", "brackets"),
    [
        ("{}", False),
        ("self.dense({})", False),
        ("{}.numpy()", True),
        ("{}[0]", True),
        ("{}(x)", True),
        ("x * {}", True),
    ],
)
def test_a_conditional_expression_has_brackets_where_it_needs_them(use: str, brackets: bool) -> None:
    dropped = "tf.nn.dropout(x, 0.5)"
    text = f"import tensorflow as tf\n{returning(use.format(dropped))}"
    chosen = f"{dropped} if training else x"
    expected = use.format(f"({chosen})" if brackets else chosen)
    fixed = engine.fix(SourceText(text), Settings(), "model.py", unsafe=True)
    assert f"return {expected}\n" in fixed.text


# Whole files: the engine


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (MODEL, FIXED_MODEL),
        (FORGETFUL, FIXED_MODEL),
        (
            returning("self.drop(self.drop(x))"),
            returning("self.drop(self.drop(x, training=training), training=training)"),
        ),
        (returning("self.drop(\n            x,\n        )"), returning(
            "self.drop(\n            x,\n            training=training,\n        )"
        )),
        # No fix where it may be passed already.
        (returning("self.drop(x, **self.kw)"), returning("self.drop(x, **self.kw)")),
    ],
)  # fmt: skip
def test_fix(before: str, after: str) -> None:
    fixed = engine.fix(SourceText(before), Settings(), "model.py")
    assert fixed.text == after
    assert engine.fix(SourceText(after), Settings(), "model.py").made == ()


TWO_CLASSES = """\
import keras


class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.drop = keras.layers.Dropout(0.5)

    def call(self, x):
        return self.drop(x)


class Model(keras.Model):
    def __init__(self):
        super().__init__()
        self.block = Block()

    def call(self, x, training=None):
        return self.block(x)
"""


def test_fixes_go_to_a_fixpoint() -> None:
    # Only when the block takes the flag is there a use in forwarding it to the block.
    source = SourceText(TWO_CLASSES)
    assert [one.code for one in engine.check(source, Settings(), "model.py")] == ["KTP102"]
    fixed = engine.fix(source, Settings(), "model.py")
    assert [one.code for one in fixed.made] == ["KTP102", "KTP202"]
    assert "return self.block(x, training=training)" in fixed.text
    assert fixed.remaining == ()


def test_unsafe_fixes_are_made_when_asked_for() -> None:
    source = SourceText(MISNAMED)
    assert engine.fix(source, Settings(), "model.py").text == MISNAMED
    fixed = engine.fix(source, Settings(), "model.py", unsafe=True)
    assert fixed.text != MISNAMED
    assert "is_training" not in fixed.text
    assert fixed.remaining == ()


@pytest.mark.parametrize("comment", ["# noqa", "# noqa: KTP202", "# noqa: KTP101"])
def test_a_fix_stays_out_of_suppressed_lines(comment: str) -> None:
    text = dedent(MODEL).replace("self.drop(x)", f"self.drop(x)  {comment}")
    fixed = engine.fix(SourceText(text), Settings(), "model.py")
    assert fixed.text == text
    assert [(one.code, one.fix) for one in fixed.remaining] == [("KTP101", None)]


def test_a_fix_that_would_break_the_file_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "apply_edits", lambda source, edits: f"{source.text}def (:\n")
    with pytest.raises(AnalysisError, match="a fix would break line 11"):
        engine.fix(SourceText(MODEL), Settings(), "model.py")
