"""Where an expression that binds weakly, such as a conditional one, needs brackets."""

from __future__ import annotations

import ast


def in_brackets(text: str, node: ast.expr, parent: ast.AST) -> str:
    """The text of a conditional expression as it is written in the place of a node."""
    return text if _takes_any_expression(parent, node) else f"({text})"


def as_operand(node: ast.expr) -> str:
    """How an expression is written as a part of a conditional one; `{}` stands for its text."""
    binds_weaker = isinstance(node, (ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom))
    return "({})" if binds_weaker else "{}"


def _takes_any_expression(parent: ast.AST, node: ast.expr) -> bool:
    if isinstance(parent, ast.Call):
        return parent.func is not node
    return isinstance(parent, (ast.Assign, ast.AnnAssign, ast.Return, ast.Expr, ast.keyword, ast.Lambda))
