"""A small CloudWatch Logs Insights: text to plan, plan to rows.

    query = parse_query('filter @message like /ERROR/ | stats count(*) by bin(5m)')
    outcome = run_query(query, [Source("123456789012:orders", store, start_ms, end_ms)])

What it does not know it refuses with MalformedQueryError, and never leaves out in silence.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from mainstay.embedded.insights.errors import MalformedQueryError
from mainstay.embedded.insights.parser import parse_query
from mainstay.embedded.insights.running import Outcome, Source, run_query

__all__ = ["MalformedQueryError", "Outcome", "Source", "parse_query", "run_query"]
