"""All rules, in the order in which they look. One rule a file: file, function and slug have one name.

A rule only looks, and yields what it finds. `STRUCTURE` asks what names and calls mean, `MEANING` whether what flows
fits. A name that STRUCTURE finds broken is *unknown* to MEANING, which says nothing about it.
"""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from ...diag.diagnostic import Diagnostic
from ..scope import Scope
from .argument_twice import argument_twice
from .argument_type import argument_type
from .broad_solve import broad_solve
from .condition_type import condition_type
from .declared_type import declared_type
from .default_type import default_type
from .dependency_cycle import dependency_cycle
from .duplicate_call import duplicate_call
from .duplicate_evidence import duplicate_evidence
from .forward_reference import forward_reference
from .fragile_fallback import fragile_fallback
from .function_argument import function_argument
from .loop_source import loop_source
from .loop_variable_outside import loop_variable_outside
from .missing_argument import missing_argument
from .name_clash import name_clash
from .nested_comprehension import nested_comprehension
from .never_run import never_run
from .null_read import null_read
from .operand_type import operand_type
from .over_budget import over_budget
from .pointless_comparison import pointless_comparison
from .repeated_write import repeated_write
from .retried_write import retried_write
from .self_reference import self_reference
from .short_form import short_form
from .taken_name import taken_name
from .text_mention import text_mention
from .too_deep import too_deep
from .too_many_items import too_many_items
from .unbounded_loop import unbounded_loop
from .unchecked import unchecked
from .undefined_evidence import undefined_evidence
from .unguarded_answer import unguarded_answer
from .unknown_argument import unknown_argument
from .unknown_field import unknown_field
from .unknown_function import unknown_function
from .unknown_tool import unknown_tool
from .unordered_calls import unordered_calls
from .unused_evidence import unused_evidence
from .unused_subplan import unused_subplan
from .write_before_read import write_before_read
from .write_in_loop import write_in_loop

Rule: TypeAlias = Callable[[Scope], Iterator[Diagnostic]]

STRUCTURE: tuple[Rule, ...] = (
    taken_name,
    duplicate_evidence,
    name_clash,
    undefined_evidence,
    loop_variable_outside,
    self_reference,
    dependency_cycle,
    forward_reference,
    text_mention,
    unknown_tool,
    short_form,
    argument_twice,
    unknown_argument,
    missing_argument,
    nested_comprehension,
)

MEANING: tuple[Rule, ...] = (
    default_type,
    loop_source,
    condition_type,
    argument_type,
    declared_type,
    null_read,
    unknown_field,
    operand_type,
    function_argument,
    unknown_function,
    pointless_comparison,
    too_deep,
    unbounded_loop,
    too_many_items,
    retried_write,
    repeated_write,
    write_in_loop,
    write_before_read,
    unordered_calls,
    duplicate_call,
    fragile_fallback,
    never_run,
    unused_evidence,
    unused_subplan,
    broad_solve,
    over_budget,
)

STRICT: tuple[Rule, ...] = (unchecked, unguarded_answer)


def host_rules() -> tuple[Rule, ...]:
    """What looks only where the host gave ceilings or a policy, imported then."""
    from .forbidden_argument import forbidden_argument
    from .forbidden_tool import forbidden_tool
    from .missing_approval import missing_approval
    from .not_in_request import not_in_request
    from .over_ceiling import over_ceiling
    from .too_many_calls import too_many_calls

    return (over_ceiling, forbidden_tool, missing_approval, forbidden_argument, not_in_request, too_many_calls)
