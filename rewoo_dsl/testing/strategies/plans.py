"""Plans that pass the check without a finding, written against a registry step by step.

    @given(plans(registry))
    def test_my_driver(plan):
        linked = check(plan, registry).require()

A plan grows one step at a time. What the steps so far give is asked of the checker, so that the next one reads what is
there, as what it is. A clause may be more than the plan can bear (a retry that repeats a write, two writes in no
order): a step with a finding is written again with fewer clauses, at last as a plain value. So no draw is in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from hypothesis import strategies as st

from ...checker import Report, check
from ...diag.diagnostic import Severity
from ...ir.expr import Action, Call, Constant, Expr, ListOf, ObjectOf, Ref, Text
from ...ir.plan import Approval, Each, Input, Limit, Plan, Step, Use
from ...ir.signature import Effect, Signature
from ...ir.type_rules import item_type
from ...ir.types import (
    ANY,
    BOOL,
    STR,
    Answer,
    ListType,
    Type,
    fits,
    from_schema,
    holds_any,
    is_exact,
    to_schema,
)
from ...lowering.raising import to_text
from ...lowering.types import raise_type
from .expressions import Writer, literal
from .texts import WORDS
from .types import types
from .values import SchemaError, values

Draw: TypeAlias = Callable[[st.SearchStrategy[Any]], Any]
Files: TypeAlias = Mapping[str, str]

_STEPS = ("E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8")
_INPUTS = ("region", "mode", "most")
_WORDS = st.sampled_from(["Look it up.", "Only if there is a need.", "Keep it (both).", "", "é: a, b"])
_FEW = st.integers(1, 3)


def plans(
    registry: object, *, max_steps: int = 5, files: Files | None = None, total: bool = False
) -> st.SearchStrategy[Plan]:
    """Plans that `check(plan, registry)` has nothing to say about, with every construct of the language in them.

    Under `strict` there is at most the note RW315, unless the registry itself says `any`. `plan_text` writes a plan.

    Args:
        registry: the tools, as `check` takes them: a `Registry`, signatures, a mapping of signatures.
        max_steps: how many steps at most.
        files: texts of sub-plans by path, as `sub_plans` makes them; check the plan with `load=files.__getitem__`.
        total: no expression fails for the values it meets: no `/`, no index, no `number(…)`, no large sum.
    """
    return _plans(registry, max_steps=max_steps, files=files or {}, total=total, must_return=False)


@st.composite
def sub_plans(draw: Draw, registry: object, *, most: int = 2, total: bool = False) -> dict[str, str]:
    """Texts of sub-plans by path, each with a `return`."""
    paths = draw(
        st.lists(st.sampled_from(["lib/profile.rewoo", "tidy.rewoo", "lib/deep/ask.rewoo"]), max_size=most, unique=True)
    )
    return {
        path: plan_text(draw(_plans(registry, max_steps=2, files={}, total=total, must_return=True))) for path in paths
    }


def plan_text(plan: Plan) -> str:
    """The plan in the text of the language."""
    return to_text(plan)


@st.composite
def inputs(draw: Draw, plan: Plan) -> dict[str, Any]:
    """Values for the inputs of a plan: for all that are required, and some of the others."""
    given = [one for one in plan.inputs if not one.has_default or draw(st.booleans())]
    return {one.name: draw(values(to_schema(one.type or ANY), texts=WORDS)) for one in given}


@st.composite
def _plans(draw: Draw, registry: object, *, max_steps: int, files: Files, total: bool, must_return: bool) -> Plan:
    draft = Draft(draw, registry, files=files, total=total)
    draft.add_inputs()
    for _ in range(draw(st.integers(1, max_steps))):
        draft.add_step()
    return draft.finished(must_return=must_return)


class Draft:
    """A plan that is being written. `plan` is what is there so far, and has no finding."""

    def __init__(self, draw: Draw, registry: object, *, files: Files, total: bool = False) -> None:
        self.draw, self.registry, self.files, self.total = draw, registry, files, total
        self.plan = Plan(uses=tuple(Use(path=path, name=_stem(path)) for path in files))
        scope = self.report.scope
        assert scope is not None, "an empty plan can be looked at"
        subplans = {name: one.signature for name, one in scope.subplans.items() if one is not None}
        self.callables: dict[str, Signature] = {**(scope.tools or {}), **subplans}

    @property
    def report(self) -> Report:
        """What the checker says of the plan so far."""
        return self._checked(plan_text(self._whole))

    @property
    def _whole(self) -> Plan:
        """The plan so far, with something in it."""
        return self.plan if self.plan.steps else changed(self.plan, result=Constant(value=1))

    def _checked(self, source: str | Plan) -> Report:
        return check(source, self.registry, load=self.files.__getitem__)

    @property
    def names(self) -> dict[str, Type]:
        """The types of all that can be read."""
        scope = self.report.scope
        assert scope is not None, "the plan so far can be looked at"
        return {name: kind for name, kind in scope.types.names.items() if not holds_any(kind)}

    # --- header ----------------------------------------------------------------------------------------------------

    def add_inputs(self) -> None:
        draw = self.draw
        found = []
        for name in _INPUTS[: draw(st.integers(0, len(_INPUTS)))]:
            kind = draw(types(most=2))
            default = draw(st.booleans())
            value = draw(values(to_schema(kind), texts=WORDS)) if default else None
            found.append(Input(name=name, type=kind, has_default=default, default=value))
        goal = draw(st.none() | _WORDS.filter(bool))
        self.plan = changed(self.plan, inputs=tuple(found), goal=goal)

    # --- steps -----------------------------------------------------------------------------------------------------

    def add_step(self) -> str:
        """One more step; its name."""
        return self.add(self._plainer(self._step())).name

    def add(self, steps: Iterable[Step]) -> Step:
        """Adds the first of the steps that the checker has nothing to say about, or else the last."""
        before = self.plan
        for step in steps:
            self.plan = changed(before, steps=(*before.steps, step))
            if not self._faults():
                break
        return step

    def fresh(self) -> str:
        """A name for a step that nothing has yet."""
        taken = {*self.plan.by_name, *(one.name for one in self.plan.inputs)}
        return next(name for name in (*_STEPS, *map("E{}".format, range(9, 100))) if name not in taken)

    def _faults(self) -> list[str]:
        """What would be said of the plan so far, as text or as data. Sub-plans may still be called by a later step."""
        found = (*self.report.diagnostics, *self._checked(self._whole).diagnostics)
        return [one.code for one in found if one.code != "RW303" and one.severity is not Severity.NOTE]

    def _step(self) -> Step:
        draw = self.draw
        names = self.names
        each = self._each(names) if draw(st.booleans()) else None
        inside = names if each is None else {**names, each[0].variable: each[1]}
        made = self._call(inside) if draw(st.booleans()) or not names else None
        gives = made[1] if made is not None else draw(types(most=2))
        do = made[0] if made is not None else self._writer(inside).write(gives)
        declared = self._declared(made, gives)
        step = Step(name=self.fresh(), rationale=draw(_WORDS), type=declared, do=do, each=each[0] if each else None)
        return self._with_clauses(step, declared or gives, names, inside)

    def _writer(self, names: Mapping[str, Type]) -> Writer:
        return Writer(self.draw, names, total=self.total)

    def _each(self, names: Mapping[str, Type]) -> tuple[Each, Type] | None:
        """A loop over a list that is there or is written out, and the type of its variable."""
        draw, writer = self.draw, self._writer(names)
        found = writer.some(ListType(ANY))
        source: Expr = (
            ListOf(items=tuple(writer.write(STR, 1) for _ in range(draw(_FEW)))) if found is None else found.ref
        )
        item = STR if found is None else item_type(found.type)
        most = draw(st.none() | st.integers(3, 9)) if found is None else draw(st.integers(3, 9))
        variable = draw(st.sampled_from(["s", "one"]))
        return Each(variable=variable, source=source, max=most, parallel=draw(st.none() | _FEW)), item

    def _call(self, names: Mapping[str, Type], *, reads: bool = False) -> tuple[Call, Type] | None:
        """A call and what it gives; None when there is no tool whose arguments can be made."""
        tools = [one for one in self.callables.items() if not reads or one[1].effect is Effect.READ]
        if not tools:
            return None
        name, signature = self.draw(st.sampled_from(tools))
        try:
            return self._arguments(name, signature, names), _gives(signature)
        except SchemaError:
            return None

    def _arguments(self, name: str, signature: Signature, names: Mapping[str, Type]) -> Call:
        draw = self.draw
        if signature.text_parameter is not None and draw(st.booleans()):
            schema = signature.properties[signature.text_parameter]
            if schema == {"type": "string"}:
                first = self._writer(names).write(STR, 0 if draw(st.booleans()) else 1)
                if isinstance(first, Constant | Ref | Text) and _is_short(first):
                    return Call(tool=name, first=first, short=True)
        given = [one for one in signature.properties if one in signature.required or draw(st.booleans())]
        args = {one: self._argument(signature, one, names) for one in given}
        if given and given[0] == signature.positional and draw(st.booleans()):
            return Call(tool=name, first=args.pop(given[0]), args=args)
        return Call(tool=name, args=args)

    def _argument(self, signature: Signature, name: str, names: Mapping[str, Type]) -> Expr:
        """A literal by the tool's own schema, or an expression where its type says all that the schema does."""
        schema, document = signature.properties[name], signature.parameters
        wanted = from_schema(schema, document)
        if is_exact(wanted) and not holds_any(wanted) and self.draw(st.booleans()):
            return self._writer(names).write(wanted)
        shared = {key: document[key] for key in ("$defs", "definitions") if key in document}
        whole = {**shared, **schema} if isinstance(schema, dict) and shared else schema
        return literal(self.draw(values(whole, texts=WORDS)))

    def _declared(self, made: tuple[Call, Type] | None, gives: Type) -> Type | None:
        """A declared type: any for a tool that answers by it, else the one that is given anyway, now and then."""
        if made is not None and self.callables[made[0].tool].result_is_declared:
            return self.draw(st.none() | types())  # type: ignore[no-any-return]  # what is drawn is a Type or None
        if not self.draw(st.booleans()) or not _can_be_written(gives):
            return None
        return gives

    def _with_clauses(self, step: Step, gives: Type, names: Mapping[str, Type], inside: Mapping[str, Type]) -> Step:
        draw = self.draw
        extra: dict[str, Any] = {}
        if draw(st.booleans()):
            of_item = step.each is not None and draw(st.booleans())
            extra["condition"] = self._condition(inside if of_item else names)
            if draw(st.booleans()):
                extra["otherwise"] = self._instead(gives, names)
        if draw(st.integers(0, 2)) == 2:
            extra["fallback"] = self._instead(gives, {one.name: one.type or ANY for one in self.plan.inputs})
        if self.plan.steps and draw(st.integers(0, 3)) == 3:
            extra["after"] = tuple(draw(st.lists(st.sampled_from(list(self.plan.by_name)), max_size=2, unique=True)))
        if isinstance(step.do, Call):
            extra["retry"] = draw(st.sampled_from([0, 0, 1, 3]))
            extra["timeout"] = draw(st.sampled_from([None, None, 0.25, 10.0, 3600.0]))
            extra["approve"] = self._approval(names)
        return step.model_copy(update=extra)

    def _condition(self, names: Mapping[str, Type]) -> Expr:
        """A question with two answers."""
        found = self._writer(names).write(BOOL)
        return found if not isinstance(found, Constant) else Constant(value=True)

    def _instead(self, gives: Type, names: Mapping[str, Type]) -> Action:
        """What may stand in for a value of the type: a value, or a call that reads and gives the same."""
        if self.draw(st.booleans()):
            made = self._call(names, reads=True)
            if made is not None and fits(made[1], gives).answer is Answer.YES:
                return made[0]
        if holds_any(gives):
            return Constant(value=None)
        return self._writer({n: t for n, t in names.items() if not holds_any(t)}).write(gives, 1)

    def _approval(self, names: Mapping[str, Type]) -> Approval | None:
        draw = self.draw
        if draw(st.integers(0, 3)) != 3:
            return None
        text = self._writer(names).write(STR, 1) if draw(st.booleans()) else None
        within = draw(st.sampled_from([None, 30.0, 7200.0]))
        return Approval(text=text if isinstance(text, Constant | Ref | Text) else None, within=within)

    def _plainer(self, step: Step) -> Iterator[Step]:
        """The step, then the same with more order and less risk, at last a plain value of its name."""
        calls = [one.name for one in self.plan.steps if isinstance(one.do, Call)]
        after = {"after": tuple(dict.fromkeys([*step.after, *calls]))}
        yield step
        yield step.model_copy(update=after)
        yield step.model_copy(update={**after, "retry": 0, "fallback": None})
        approved = {"approve": step.approve or Approval()} if isinstance(step.do, Call) else {}
        bare = {"retry": 0, "fallback": None, "condition": None, "otherwise": None}
        yield step.model_copy(update={**after, **bare, **approved})
        plain = {**bare, "each": None, "type": None, "after": (), "timeout": None, "approve": None}
        yield step.model_copy(update={**after, **plain, **approved, "after": after["after"]})
        yield step.model_copy(update={**plain, "do": self._writer({}).literal(self.draw(types(most=1)))})

    # --- the end ---------------------------------------------------------------------------------------------------

    def finished(self, *, must_return: bool = False) -> Plan:
        """The whole plan: what nobody has read is returned, or asked of the Solver."""
        draw = self.draw
        self._drop_unused_subplans()
        ends = list(self._ends())
        way = "return" if must_return else draw(st.sampled_from(["return", "solve", "both"]))
        update: dict[str, Any] = {}
        if way != "solve":
            update["result"] = self._result(ends)
        if way != "return":
            parts: list[str | Ref] = ["What follows from "]
            for name in ends:
                parts += [Ref(name=name), ", "]
            update["solve"] = Text(parts=(*parts[:-1], "?"))
        self.plan = changed(self.plan, **update)
        if draw(st.booleans()):
            self.plan = changed(self.plan, limit=self._limit())
        return self.plan

    def _drop_unused_subplans(self) -> None:
        called = {one.tool for step in self.plan.steps for one in _calls(step)}
        uses = tuple(use for use in self.plan.uses if use.name in called)
        self.plan = changed(self.plan, uses=uses)

    def _ends(self) -> Iterator[str]:
        """The steps that no other step reads: whoever returns these needs everything."""
        scope = self.report.scope
        assert scope is not None, "the plan can be looked at"
        read = {name for statement in scope.statements for name in statement.names}
        return (name for name in self.plan.by_name if name not in read)

    def _result(self, ends: list[str]) -> Expr:
        refs = [Ref(name=name) for name in ends]
        match self.draw(st.sampled_from(["object", "list", "plain"])):
            case "list":
                return ListOf(items=tuple(refs))
            case "plain" if len(refs) == 1:
                return refs[0]
            case _:
                return ObjectOf(fields={f"of {one.name}": one for one in refs})

    def _limit(self) -> Limit | None:
        """Ceilings that even the worst case does not reach."""
        bounds = self.report.bounds
        assert bounds is not None, "the plan can be looked at"
        spare = self.draw(st.integers(0, 3))
        calls = bounds.total.calls.most
        seconds = bounds.total.written.most
        return Limit(
            calls=None if calls is None else int(calls) + spare,
            time=None if seconds is None else float(int(seconds) + 1 + spare * 60),
        )


def changed(plan: Plan, **fields: Any) -> Plan:
    """The plan with other values of some fields. (`model_copy` would keep what the old one has cached.)"""
    return Plan(**{name: getattr(plan, name) for name in Plan.model_fields} | fields)


def _gives(signature: Signature) -> Type:
    return STR if signature.result_is_declared else from_schema(signature.returns)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".rewoo")


def _calls(step: Step) -> Iterator[Call]:
    return (one for one in (step.do, step.otherwise, step.fallback) if isinstance(one, Call))


def _is_short(first: Constant | Ref | Text) -> bool:
    """Whether the text can stand between the brackets of `Tool[text]`."""
    parts = first.parts if isinstance(first, Text) else (first.value,) if isinstance(first, Constant) else ()
    plain = [part for part in parts if isinstance(part, str)]
    whole = "".join(part if isinstance(part, str) else "#" for part in parts)
    return whole == whole.strip() and all(map(str.isprintable, plain))


def _can_be_written(one: Type) -> bool:
    """Whether the language has a short form for the type that says the same."""
    if holds_any(one) or not is_exact(one):
        return False
    try:
        raise_type(one)
    except ValueError:
        return False
    return True


__all__ = ["Draft", "inputs", "plan_text", "plans", "sub_plans"]
