"""pattern: lines that differ only in their variable parts, as one row each.

AWS groups by a method of its own; here a word with a digit in it is a variable part. The columns are AWS's.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Pattern.html
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from mainstay.embedded.insights.evaluating import Evaluate
from mainstay.embedded.insights.rows import Row
from mainstay.embedded.insights.values import text_of

PATTERN_COLUMNS = ("@pattern", "@ratio", "@sampleCount", "@severityLabel")

_VARIABLE = re.compile(r"[^\s=:,;\[\](){}\"'<>|]*\d[^\s=:,;\[\](){}\"'<>|]*")
_SEVERITY = re.compile(r"\b(FATAL|CRITICAL|ERROR|WARN|INFO|DEBUG|TRACE)", re.IGNORECASE)


def pattern_rows(read: Evaluate, rows: Iterable[Row]) -> Iterator[Row]:
    """Answer a row for each pattern, the most frequent first."""
    texts = (text_of(read(row)) for row in rows)
    counts = Counter(_VARIABLE.sub("<*>", text) for text in texts if text is not None)
    total = counts.total()
    for skeleton, count in counts.most_common():
        severity = _SEVERITY.search(skeleton)
        values = (skeleton, count / total, count, severity[1].upper() if severity else None)
        yield Row(None, "", dict(zip(PATTERN_COLUMNS, values, strict=True)))
