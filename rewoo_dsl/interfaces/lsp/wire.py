"""Between what the pure modules say and what the protocol wants: offsets to UTF-16 positions, kinds to numbers."""

import re

from lsprotocol import types as lsp

from ..._record import record
from ...checker.survey import Survey
from ...diag.codes.graph import UNUSED_EVIDENCE, UNUSED_SUBPLAN
from ...diag.diagnostic import Diagnostic, Edit, Severity, Span
from ...diag.lines import Lines
from ...syntax import ast
from .calling import Calling
from .completion import Proposal
from .hover import Shown
from .mending import Offer
from .occurrences import Occurrence
from .outline import Entry, Fold

SOURCE = "rewoo"
FIX_ALL = "source.fixAll.rewoo"
_UNUSED = frozenset((UNUSED_EVIDENCE.number, UNUSED_SUBPLAN.number))
_PLACE_TO_FILL = re.compile(r"\$\{\d+:([^}]*)\}|\$\d+")
_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.NOTE: lsp.DiagnosticSeverity.Information,
}
_COMPLETION_KINDS = {
    "tool": lsp.CompletionItemKind.Function,
    "sub-plan": lsp.CompletionItemKind.Module,
    "function": lsp.CompletionItemKind.Operator,
    "argument": lsp.CompletionItemKind.Property,
    "evidence": lsp.CompletionItemKind.Variable,
    "field": lsp.CompletionItemKind.Field,
    "keyword": lsp.CompletionItemKind.Keyword,
    "literal": lsp.CompletionItemKind.EnumMember,
    "type": lsp.CompletionItemKind.TypeParameter,
}
_SYMBOL_KINDS = {
    "goal": lsp.SymbolKind.String,
    "sub-plan": lsp.SymbolKind.Module,
    "input": lsp.SymbolKind.Constant,
    "step": lsp.SymbolKind.Variable,
    "return": lsp.SymbolKind.Event,
    "solve": lsp.SymbolKind.Event,
}


@record
class Wire:
    """One text as the protocol sees it. `version` is given where the client can hold an edit against it."""

    uri: str
    lines: Lines
    version: int | None = None

    def position(self, offset: int) -> lsp.Position:
        return lsp.Position(*self.lines.utf16(offset))

    def offset(self, position: lsp.Position) -> int:
        return self.lines.offset(position.line, position.character)

    def range(self, span: Span) -> lsp.Range:
        return lsp.Range(self.position(span.start), self.position(span.end))

    def location(self, span: Span) -> lsp.Location:
        return lsp.Location(self.uri, self.range(span))

    def edits(self, edits: list[Edit] | tuple[Edit, ...]) -> list[lsp.TextEdit]:
        return [lsp.TextEdit(self.range(edit.span), edit.text) for edit in edits]

    def change(self, edits: list[Edit] | tuple[Edit, ...]) -> lsp.WorkspaceEdit:
        if self.version is None:
            return lsp.WorkspaceEdit(changes={self.uri: self.edits(edits)})
        document = lsp.OptionalVersionedTextDocumentIdentifier(uri=self.uri, version=self.version)
        return lsp.WorkspaceEdit(document_changes=[lsp.TextDocumentEdit(document, self.edits(edits))])

    def hover(self, shown: Shown) -> lsp.Hover:
        value = "\n\n".join(filter(None, (fenced(shown.code), shown.about)))
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, value), self.range(shown.span))

    def highlight(self, one: Occurrence) -> lsp.DocumentHighlight:
        kind = lsp.DocumentHighlightKind.Write if one.is_definition else lsp.DocumentHighlightKind.Read
        return lsp.DocumentHighlight(self.range(one.span), kind)

    def signature(self, shown: Calling) -> lsp.SignatureHelp:
        parameters = [lsp.ParameterInformation(label, _plain(about)) for label, about in shown.parameters]
        # a client that is told of no argument marks the first one; one beyond the last marks none
        active = len(parameters) if shown.active is None else shown.active
        one = lsp.SignatureInformation(shown.line, _plain(shown.about), parameters, active)
        return lsp.SignatureHelp([one], 0, active)

    def folding(self, fold: Fold) -> lsp.FoldingRange | None:
        """None for what stands on one line."""
        first, last = self.position(fold.span.start).line, self.position(fold.span.end).line
        kind = lsp.FoldingRangeKind.Comment if fold.is_comment else None
        return lsp.FoldingRange(first, last, kind=kind) if first < last else None

    def symbol(self, entry: Entry) -> lsp.DocumentSymbol:
        return lsp.DocumentSymbol(
            name=entry.name,
            kind=_SYMBOL_KINDS[entry.kind],
            range=self.range(entry.span),
            selection_range=self.range(entry.name_span),
            detail=entry.detail or None,
        )

    def proposal(self, one: Proposal, place: int, *, snippets: bool) -> lsp.CompletionItem:
        """One completion; `place` keeps our order, which clients would else replace by the alphabet's."""
        as_snippet = snippets and one.is_snippet
        text = one.text if as_snippet or not one.is_snippet else _PLACE_TO_FILL.sub(r"\1", one.text)
        written = self.lines.text[one.span.start : one.span.end]
        return lsp.CompletionItem(
            label=one.label,
            kind=_COMPLETION_KINDS[one.kind],
            detail=one.detail or None,
            documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, one.about) if one.about else None,
            sort_text=f"{place:05}",
            filter_text=_filter(one, written),
            insert_text_format=lsp.InsertTextFormat.Snippet if as_snippet else lsp.InsertTextFormat.PlainText,
            text_edit=lsp.TextEdit(self.range(one.span), text),
        )

    def diagnostic(self, one: Diagnostic) -> lsp.Diagnostic:
        related = [
            lsp.DiagnosticRelatedInformation(self.location(other.span), other.message)
            for other in one.related
            if other.span is not None
        ]
        return lsp.Diagnostic(
            range=self.range(one.span or Span(0, 0)),
            message=f"{one.message}\n{one.hint}" if one.hint else one.message,
            severity=_SEVERITIES[one.severity],
            code=one.code,
            source=SOURCE,
            tags=[lsp.DiagnosticTag.Unnecessary] if one.code in _UNUSED else None,
            related_information=related or None,
        )

    def quick_fix(self, offer: Offer) -> lsp.CodeAction:
        return lsp.CodeAction(
            title=offer.fix.message[:1].upper() + offer.fix.message[1:],
            kind=lsp.CodeActionKind.QuickFix,
            diagnostics=[self.diagnostic(offer.finding)],
            is_preferred=offer.is_preferred,
            edit=self.change(offer.fix.edits),
        )


def _filter(one: Proposal, written: str) -> str:
    """What the client compares with what is written: it takes in the sign, the dot or the brace that stands there."""
    if written.startswith("."):
        return one.text if one.text.startswith(".") else f".{one.label}"
    if written.startswith("#"):
        return one.text if one.text.startswith(written[:2]) else f"#{one.label.lstrip('#')}"
    return one.label


def _plain(about: str) -> lsp.MarkupContent | None:
    return lsp.MarkupContent(lsp.MarkupKind.Markdown, about) if about else None


def fenced(code: str) -> str:
    """A line of a plan as Markdown shows it, whatever stands in it."""
    return f"```rewoo\n{code.replace('`', 'ˋ')}\n```" if "```" in code else f"```rewoo\n{code}\n```"


def diagnostics(survey: Survey, wire: Wire, uri_of: dict[str, str]) -> list[lsp.Diagnostic]:
    """The findings about a text, and where it `use`s them those about its sub-plans. `uri_of` has their addresses."""
    return [
        wire.diagnostic(one) if one.file is None else _of_sub_plan(one, one.file, survey, wire, uri_of)
        for one in survey.report.diagnostics
    ]


def _of_sub_plan(one: Diagnostic, file: str, survey: Survey, wire: Wire, uri_of: dict[str, str]) -> lsp.Diagnostic:
    inner = Wire(uri_of.get(file, wire.uri), Lines(survey.report.sources.get(file, "")))
    place = inner.lines.position((one.span or Span(0, 0)).start)
    return lsp.Diagnostic(
        range=wire.range(_use_of(file, survey)),
        message=f"in {file}:{place.line}:{place.column}: {one.message}",
        severity=_SEVERITIES[one.severity],
        code=one.code,
        source=SOURCE,
        related_information=[lsp.DiagnosticRelatedInformation(inner.location(one.span or Span(0, 0)), one.message)],
    )


def _use_of(file: str, survey: Survey) -> Span:
    """The `use` of a sub-plan; the first one where it is only used by another."""
    uses = [one for one in survey.document.statements if isinstance(one, ast.Use)]
    mine = [one for one in uses if survey.files.get(one.name.text) == file]
    return (mine or uses)[0].span if uses else Span(0, 0)
