import os, re, time

import boto3

payments = boto3.resource("dynamodb").Table(os.environ["PAYMENT_TABLE_NAME"])
Refused = payments.meta.client.exceptions.ConditionalCheckFailedException

PENDING_DAYS = 90
# A paid payment is neither reset nor removed, unless it has expired.
NOT_PAID = "attribute_not_exists(#status) OR #status <> :paid OR expiresAt <= :seconds"


def track(user_id, record_id):
    """Watches a payment. Returns "pending", or "paid" if it is already paid."""
    now = time.time()
    # A pending payment stays in the partition of the index to which a tick moved it. Any other one begins in "new".
    for shard, condition in [
        ("if_not_exists(#shard, :new)", "NOT #shard IN (:missing, :invalid)"),
        (":new", "#shard IN (:missing, :invalid)"),
    ]:
        try:
            payments.update_item(
                Key=_key(user_id, record_id),
                UpdateExpression="SET userId = :user, recordId = :record, #status = :pending, trackedAt = :now,"
                f" expiresAt = :expires, #shard = {shard}"
                " REMOVE paidAt, confirmedBy, misses, lastMissedAudit, givenUpAt, reason",
                ConditionExpression=f"({NOT_PAID}) AND {condition}",
                ExpressionAttributeNames={"#status": "status", "#shard": "shard"},
                ExpressionAttributeValues={
                    ":user": str(user_id),
                    ":record": str(record_id),
                    ":pending": "pending",
                    ":paid": "paid",
                    ":missing": "missing",
                    ":invalid": "invalid",
                    ":now": int(now * 1000),
                    ":seconds": int(now),
                    ":expires": int(now) + PENDING_DAYS * 86_400,
                    ":new": "new",
                },
            )
            return "pending"
        except Refused:
            continue
    return "paid"


def is_paid(user_id, record_id):
    """Whether a payment is paid, as of the last tick. One eventually consistent read."""
    return status(user_id, record_id) == "paid"


def status(user_id, record_id):
    """Returns "pending", "paid", "missing", "invalid" or "untracked"."""
    item = payments.get_item(Key=_key(user_id, record_id)).get("Item")
    return item["status"] if item and item["expiresAt"] > time.time() else "untracked"


def untrack(user_id, record_id):
    """Stops watching a payment. A paid payment stays, so that later readers still see it as paid."""
    try:
        payments.delete_item(
            Key=_key(user_id, record_id),
            ConditionExpression=NOT_PAID,
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":paid": "paid", ":seconds": int(time.time())},
        )
    except Refused:
        pass


def _key(user_id, record_id):
    # Record ids go into NocoDB's filters, so unchecked input of a user must not get there.
    if not re.fullmatch(r"[^\s#\x00-\x1f\x7f-\x9f\ud800-\udfff]{1,128}", str(user_id)):
        raise ValueError(f"user id {user_id!r}: 1 to 128 characters without white space or #")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(record_id)):
        raise ValueError(f"record id {record_id!r}: 1 to 64 letters, digits, _ or -")
    return {"pk": f"USER#{user_id}", "sk": f"RECORD#{record_id}"}
