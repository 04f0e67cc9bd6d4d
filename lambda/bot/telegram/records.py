"""Creates records in NocoDB. It sends nothing while NocoDB refuses requests after a 429."""

import os
import time

import httpx

URL = f"{os.environ['NOCODB_API_URL']}/api/v2/tables/{os.environ['NOCODB_TABLE_ID']}/records"
TOKEN = os.environ["NOCODB_API_TOKEN"].strip()
OWNER_FIELD = os.environ.get("NOCODB_OWNER_FIELD", "TG ID")
OPERATION = f"create record [POST {URL}]"
TIMEOUT_SECONDS = 10
# After a 429, NocoDB refuses every request for at least as long.
PENALTY_SECONDS = 30

_blocked_until = 0.0


async def create_record(user_id):
    """Returns the id of the record that the user has to pay."""
    global _blocked_until
    wait = _blocked_until - time.time()
    if wait > 0:
        raise RuntimeError(f"{OPERATION}: not sent, NocoDB answered 429. Repeat it in {wait:.0f} s.")
    fields = {"Title": f"Voucher for {user_id}", OWNER_FIELD: str(user_id)}
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS) as client:
            response = await client.post(URL, json=fields, headers={"xc-token": TOKEN})
    except httpx.HTTPError as error:
        raise RuntimeError(f"{OPERATION}: {error!r}. Check NocoDB's address.") from error
    if response.status_code == 429:
        retry_after = response.headers.get("Retry-After", "")
        seconds = int(retry_after) if retry_after.isdecimal() else 0
        _blocked_until = time.time() + max(PENALTY_SECONDS, seconds)
    if not response.is_success:
        raise RuntimeError(f"{OPERATION}: NocoDB answered {response.status_code}. Check its address, table and token.")
    # The key of the new record: {"Id": 42}.
    return str(next(iter(response.json().values())))
