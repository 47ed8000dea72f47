"""Strict readers of the two languages of pictures, by their grammars: what is not exactly a line of theirs is an error."""

import html
import re

# https://graphviz.org/doc/info/lang.html: a quoted string ends at the first quote without a backslash before it.
DOT_LABEL = r'"((?:[^"\\\x00-\x1f]|\\.)*)"'
DOT_NODE = re.compile(rf"  (n[1-9][0-9]*) \[label={DOT_LABEL}\];")
DOT_ARROW = re.compile(rf"  (n[1-9][0-9]*) -> (n[1-9][0-9]*)(?: \[label={DOT_LABEL}\])?;")
# https://mermaid.js.org/syntax/flowchart.html: text in quotes; entities #NN; and <br>. Nothing else that could mean something.
MERMAID_TEXT = r'"((?:[0-9A-Za-z \u00a0-\u2027\u202a-\U0010ffff]|#[0-9]+;|<br>)*)"'
MERMAID_NODE = re.compile(rf"  (n[1-9][0-9]*)\[{MERMAID_TEXT}\]")
MERMAID_ARROW = re.compile(rf"  (n[1-9][0-9]*) -->(?:\|{MERMAID_TEXT}\|)? (n[1-9][0-9]*)")


def _dot_text(label):
    """As GraphViz shows it: escapes with a backslash, then HTML's entities."""
    text = re.sub(r"\\(.)", lambda found: {"n": "\n", '"': '"', "\\": "\\"}[found[1]], label)
    return html.unescape(text)


def _mermaid_text(label):
    return re.sub(r"#([0-9]+);", lambda found: chr(int(found[1])), label.replace("<br>", "\n"))


def _read(lines, node, arrow, ends, text):
    labels, arrows = {}, []
    for line in lines:
        found = node.fullmatch(line)
        if found:
            assert not arrows and found[1] not in labels, line
            labels[found[1]] = text(found[2])
            continue
        found = arrow.fullmatch(line)
        assert found, f"not a line of this language: {line!r}"
        origin, target, label = ends(found)
        arrows.append((labels[origin], labels[target], None if label is None else text(label)))
    return sorted(labels.values()), arrows


def read_dot(picture):
    """(labels of nodes, sorted; arrows as (label of one end, of the other, own label or None))"""
    lines = picture.split("\n")
    assert lines[:3] == ["digraph provenance {", "  rankdir=LR;", "  node [shape=box];"] and lines[-2:] == ["}", ""]
    return _read(lines[3:-2], DOT_NODE, DOT_ARROW, lambda found: (found[1], found[2], found[3]), _dot_text)


def read_mermaid(picture):
    """The same."""
    lines = picture.split("\n")
    assert lines[0] == "flowchart LR" and lines[-1] == ""
    return _read(lines[1:-1], MERMAID_NODE, MERMAID_ARROW, lambda found: (found[1], found[3], found[2]), _mermaid_text)
