"""Alerts in the patterns table: each part of one is written by whoever is in charge of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.aws import items
from chalicelib.aws import pattern_keys as keys
from chalicelib.aws.clients import Aws, TransactionCancelledError
from chalicelib.aws.incident_parts import in_days
from chalicelib.errors import AwsError, BrokenStateError, StaleRecordError
from chalicelib.incidents.alert import Alert, AlertOutcome, AlertState, Explanation, Sight, Subject
from chalicelib.prediction.scores import Score
from chalicelib.prediction.sightings import Phase, Sighting, in_utc

KEEP_DAYS = 400
COUNT_DAYS = 2
LEASE = timedelta(seconds=120)
"""For so long whoever has taken an alert on tells people of it; after that somebody else does."""

_RECORDS: Mapping[str, Any] = {
    "subject": Subject,
    "sight": Sight,
    "first": Sight,
    "explanation": Explanation,
}


class AlertTable:
    """The patterns table, as far as it holds alerts and what became of them."""

    def __init__(self, aws: Aws, table: str) -> None:
        self._aws = aws
        self.table = table

    # -- parts of a scan's transaction ------------------------------------------------------------

    def opened(self, alert: Alert) -> list[dict[str, Any]]:
        """A new alert, and the mark that it is to be looked after."""
        where = {name: items.decode(value) for name, value in keys.alert_key(alert.alert_id).items()}
        record = items.item(
            **where,
            alert_id=alert.alert_id,
            subject=alert.subject,
            state=alert.state.value,
            opened_at=alert.opened_at,
            noticed_at=alert.noticed_at,
            updated_at=alert.updated_at,
            cleared_at=alert.cleared_at,
            sight=alert.sight,
            first=alert.first,
            probability=alert.probability,
            failed_at=alert.failed_at,
            expires_at=in_days(alert.opened_at, KEEP_DAYS),
        )
        mark = {**keys.live_key(alert.alert_id), "subject": items.encode(alert.subject.name)}
        return [items.put(self.table, record), items.put(self.table, mark)]

    def seen_again(self, alert_id: str, sighting: Sighting, now: datetime) -> dict[str, Any]:
        """What a later scan saw of it."""
        cleared = sighting.phase is Phase.CLEARED
        state = AlertState.CLEARED if cleared else AlertState.OPEN
        values: dict[str, items.Value] = {"sight": sighting.sight, "now": now, "state": state.value}
        change = "SET sight = :sight, updated_at = :now, #state = :state"
        if cleared:
            change += ", cleared_at = :now"
        if sighting.failed_at is not None:
            change += ", failed_at = :failed"
            values["failed"] = in_utc(sighting.failed_at)
        where = keys.alert_key(alert_id)
        return items.update(self.table, where, change, "", {"#state": "state"}, **values)

    # -- reading ----------------------------------------------------------------------------------

    def live(self) -> Iterator[str]:
        """Ids of alerts that are open or not scored yet, the oldest first."""
        for item in self._query(keys.LIVE):
            yield items.decode(item["sk"])

    def load(self, alert_id: str) -> Alert | None:
        """One alert."""
        answer = self._aws.read(
            "dynamodb",
            "get_item",
            TableName=self.table,
            Key=keys.alert_key(alert_id),
            ConsistentRead=True,
        )
        return _alert(answer["Item"]) if "Item" in answer else None

    def in_month(self, month: datetime, *, limit: int = 50, before: str = "") -> list[Alert]:
        """Alerts of the month of this time, newest first; with `before` those older than that one."""
        found = self._query(f"ALERTS#{month:%Y-%m}", before, ScanIndexForward=False, Limit=limit)
        return [_alert(item) for _, item in zip(range(limit), found, strict=False)]

    # -- each part by whoever is in charge of it --------------------------------------------------

    def take_on(self, alert_id: str, now: datetime) -> Alert | None:
        """The alert as it is, where nobody else acts for it: for the time of a lease nobody else does.

        It is read in the same call, since whoever had it on before may have done just what is due.
        """
        found = self._update(
            keys.alert_key(alert_id),
            "SET taken_until = :until",
            "attribute_exists(pk) AND (attribute_not_exists(taken_until) OR taken_until <= :now)",
            until=now + LEASE,
            now=now,
        )
        return _alert(found) if found else None

    def keep(self, alert: Alert, **sections: items.Value) -> Alert:
        """Write some sections of an alert that the caller has taken on."""
        return self._write(alert, "", sections)

    def let_go(self, alert: Alert, **sections: items.Value) -> Alert:
        """The same, and let whoever comes next take it on."""
        return self._write(alert, "REMOVE taken_until", sections)

    def _write(self, alert: Alert, after: str, sections: Mapping[str, items.Value]) -> Alert:
        given = {name: value for name, value in sections.items() if value is not None}
        names = {f"#{name}": name for name in given}
        change = ", ".join(f"#{name} = :{name}" for name in given)
        expression = f"SET {change} {after}" if given else after
        self._update(keys.alert_key(alert.alert_id), expression.strip(), "", names, **given)
        return alert.model_copy(update=given)

    def count_message(self, now: datetime, most: int) -> bool:
        """Count one message of these five minutes; False where there have been as many as may be."""
        counted = self._update(
            keys.told_key(now),
            "ADD told :one SET expires_at = :expires",
            "attribute_not_exists(told) OR told < :most",
            one=1,
            most=most,
            expires=in_days(now, COUNT_DAYS),
        )
        return counted is not None

    def week_was_told(self, now: datetime) -> bool:
        """Whether people were told the numbers in this week."""
        answer = self._aws.read(
            "dynamodb", "get_item", TableName=self.table, Key=keys.weekly_key(now), ConsistentRead=True
        )
        return "Item" in answer

    def note_week_told(self, now: datetime) -> None:
        """People were told the numbers in this week."""
        expires = in_days(now, KEEP_DAYS)
        change = "SET told_at = :now, expires_at = :expires"
        self._update(keys.weekly_key(now), change, now=now, expires=expires)

    # -- what became of them ----------------------------------------------------------------------

    def settle(self, alert: Alert, score: Score, now: datetime) -> None:
        """Write an outcome and count it: once, whoever does it."""
        outcome = items.update(
            self.table,
            keys.alert_key(alert.alert_id),
            "SET outcome = :outcome, lead_minutes = :lead REMOVE taken_until",
            "attribute_not_exists(outcome)",
            outcome=score.outcome.value,
            lead=score.lead_minutes,
        )
        try:
            self._aws.read(
                "dynamodb", "transact_write_items", TransactItems=[outcome, *self._scored(score, now)]
            )
        except TransactionCancelledError as refused:
            raise StaleRecordError(f"{alert.alert_id} was scored by somebody else") from refused

    def let_rest(self, alert_id: str) -> None:
        """Look after an alert no more."""
        self._aws.read("dynamodb", "delete_item", TableName=self.table, Key=keys.live_key(alert_id))

    def count_miss(self, incident_id: str, detector: str, now: datetime) -> bool:
        """Count a failure that no alert had foretold: once for each incident."""
        where = keys.missed_key(incident_id)
        mark = items.put_new(self.table, {**where, "expires_at": items.encode(in_days(now, COUNT_DAYS))})
        miss = Score(detectors=(detector,), outcome=AlertOutcome.FAILED, lead_minutes=0.0)
        try:
            self._aws.read("dynamodb", "transact_write_items", TransactItems=[mark, *self._scored(miss, now)])
        except TransactionCancelledError:
            return False
        return True

    def _scored(self, score: Score, now: datetime) -> list[dict[str, Any]]:
        """Count an outcome for each detector that told."""
        adding = "ADD #counted :one, lead_minutes :lead SET expires_at = :expires"
        return [
            items.update(
                self.table,
                keys.score_key(now, detector),
                adding,
                names={"#counted": score.counted_as},
                one=1,
                lead=score.lead_minutes or 0.0,
                expires=in_days(now, KEEP_DAYS),
            )
            for detector in score.detectors
        ]

    def scores(self) -> list[dict[str, Any]]:
        """Counts by week and detector: ``week``, ``detector`` and the numbers."""
        return [_score_row(items.plain(item)) for item in self._query(keys.SCORES)]

    def _query(self, pk: str, before: str = "", **how: Any) -> Iterator[items.Item]:
        values = {":pk": items.encode(pk)} | ({":before": items.encode(before)} if before else {})
        query: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "pk = :pk AND sk < :before" if before else "pk = :pk",
            "ExpressionAttributeValues": values,
            **how,
        }
        while True:
            answer = self._aws.read("dynamodb", "query", **query)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _update(
        self,
        where: items.Item,
        expression: str,
        condition: str = "",
        names: Mapping[str, str] | None = None,
        **values: items.Value,
    ) -> items.Item | None:
        """Change one item, and answer it as it is then; None where the condition is not met."""
        part = items.update(self.table, where, expression, condition, names, **values)["Update"]
        part.pop("ReturnValuesOnConditionCheckFailure", None)
        try:
            answer = self._aws.read("dynamodb", "update_item", **part, ReturnValues="ALL_NEW")
        except AwsError as refused:
            if refused.code == "ConditionalCheckFailedException":
                return None
            raise
        found: items.Item = answer["Attributes"]
        return found


def _alert(item: items.Item) -> Alert:
    """BrokenStateError where it is of another form: another version has written it."""
    try:
        return _read_alert(item)
    except ValueError as error:
        name = items.decode(item["sk"])
        raise BrokenStateError(f"{name} cannot be read: {error}") from error


def _read_alert(item: items.Item) -> Alert:
    found = {name: value for name, value in items.plain(item).items() if name in Alert.model_fields}
    records = {
        name: kind.model_validate_json(found[name]) for name, kind in _RECORDS.items() if name in found
    }
    return Alert.model_validate(found | records)


def _score_row(found: dict[str, Any]) -> dict[str, Any]:
    week, _, detector = str(found["sk"]).partition("#")
    counts = {name: value for name, value in found.items() if name not in {"pk", "sk", "expires_at"}}
    return {"week": week, "detector": detector, **counts}
