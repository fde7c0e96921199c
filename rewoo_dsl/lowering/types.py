"""Types as written <-> types as meant."""

from typing import assert_never

from ..ir import types as ir
from ..syntax import ast

_SCALARS: dict[str, ir.Type] = {
    "str": ir.STR,
    "int": ir.INT,
    "float": ir.FLOAT,
    "bool": ir.BOOL,
    "null": ir.NULL,
    "any": ir.ANY,
}


def lower_type(node: ast.Type) -> ir.Type:
    """What a written type means. A field that stands twice in an object type counts once; the parser has said so."""
    match node:
        case ast.ScalarType():
            return _SCALARS[node.name]
        case ast.LiteralType():
            return ir.Only(node.value.value if isinstance(node.value, ast.Number) else node.value)
        case ast.ListType():
            return ir.ListType(lower_type(node.item))
        case ast.DictType():
            return ir.DictType(lower_type(node.value))
        case ast.ObjectType():
            return _object(node)
        case ast.UnionType():
            return ir.union(*map(lower_type, node.options))
        case ast.OptionalType():
            return ir.union(lower_type(node.type), ir.NULL)
    assert_never(node)


def _object(node: ast.ObjectType) -> ir.Type:
    members: dict[str, ir.Member] = {}
    for member in node.members:
        name = member.name.text
        members.setdefault(name, ir.Member(name, lower_type(member.type), member.optional))
    return ir.ObjectType(tuple(members.values())) if members else ir.DictType(ir.ANY)


def raise_type(one: ir.Type) -> ast.Type:
    """How a type is written. Raises `ValueError` for one that the language cannot write."""
    match one:
        case ir.AnyType():
            return ast.ScalarType("any")
        case ir.Scalar(name=("str" | "int" | "float" | "bool" | "null") as name):
            return ast.ScalarType(name)
        case ir.Only(value=str() as text):
            return ast.LiteralType(text)
        case ir.Only(value=int() | float() as number) if not isinstance(number, bool):
            return ast.LiteralType(ast.Number(repr(number)))
        case ir.ListType():
            return ast.ListType(raise_type(one.item))
        case ir.DictType():
            return ast.DictType(raise_type(one.value))
        case ir.ObjectType():
            return ast.ObjectType(tuple(map(_raise_member, one.members)))
        case ir.Union() if one.members:
            return _raise_union(one)
    raise ValueError(f"the language has no way to write the type {ir.show(one)}")


def _raise_member(member: ir.Member) -> ast.Member:
    return ast.Member(ast.Name(member.name), raise_type(member.type), member.optional)


def _raise_union(one: ir.Union) -> ast.Type:
    rest = ir.without_null(one)
    if rest != one:
        return ast.OptionalType(raise_type(rest))
    return ast.UnionType(tuple(map(raise_type, one.members)))
