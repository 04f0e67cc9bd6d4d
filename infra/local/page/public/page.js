const REFRESH_MS = 1000;

const byId = (id) => document.getElementById(id);
const rows = new Map();
const confirmed = new Set();
let firstView = true;
/** Number of actions. A response to a request from before the last action is out of date. */
let actions = 0;

async function call(method, path, body) {
  const response = await fetch(path, {
    method,
    ...(method === 'GET'
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/** Performs an action. Shows its error until the next action. */
async function act(action) {
  actions++;
  try {
    await action();
    byId('problem').textContent = '';
  } catch (error) {
    byId('problem').textContent = error.message;
  }
  actions++;
}

function newRow(payment) {
  const row = byId('row').content.firstElementChild.cloneNode(true);
  row.querySelector('.record').textContent = payment.recordId;
  row.querySelector('.customer').textContent = payment.userId;
  row.querySelector('.title').textContent = payment.title;
  row.querySelector('label .hidden').textContent = `Record ${payment.recordId} is paid`;
  const box = row.querySelector('input');
  box.addEventListener('change', () =>
    act(() => call('PUT', `/api/payments/${payment.recordId}/paid`, box.checked)),
  );
  byId('payments').append(row);
  return row;
}

/** Explains the result of `isPaid`, for example why the two columns differ. */
function note(payment) {
  if (payment.isPaid) return `since ${new Date(payment.paidAt).toLocaleTimeString()}`;
  if (payment.state !== 'pending') return payment.state;
  return payment.paidInNocoDb ? 'until the next tick' : '';
}

function showRow(payment) {
  if (!rows.has(payment.recordId)) rows.set(payment.recordId, newRow(payment));
  const row = rows.get(payment.recordId);
  row.querySelector('input').checked = payment.paidInNocoDb;
  const answer = row.querySelector('.answer');
  answer.textContent = String(payment.isPaid);
  answer.classList.toggle('true', payment.isPaid);
  row.querySelector('.note').textContent = note(payment);
  row.querySelector('.age').textContent =
    payment.dataAgeSeconds === null ? '–' : `${payment.dataAgeSeconds} s`;
  if (payment.isPaid && !confirmed.has(payment.recordId)) {
    confirmed.add(payment.recordId);
    if (!firstView)
      byId('news').textContent = `Customer ${payment.userId} has paid record ${payment.recordId}.`;
  }
}

function showFreshness(payments, intervalSeconds) {
  const ages = payments.map((payment) => payment.dataAgeSeconds).filter((age) => age !== null);
  const age = Math.max(...ages);
  const known = ages.length > 0;
  byId('interval').textContent = intervalSeconds;
  byId('freshness').classList.toggle('fresh', known && age <= 2 * intervalSeconds);
  byId('freshness').classList.toggle('stale', known && age > 2 * intervalSeconds);
  byId('age').textContent = known ? `NocoDB was last asked ${age} s ago.` : 'NocoDB has not been asked yet.';
}

async function refresh() {
  const before = actions;
  const { payments, intervalSeconds } = await call('GET', '/api/payments');
  if (actions !== before) return;
  const present = new Set(payments.map((payment) => payment.recordId));
  for (const [recordId, row] of rows) {
    if (present.has(recordId)) continue;
    row.remove();
    rows.delete(recordId);
  }
  for (const payment of payments) showRow(payment);
  showFreshness(payments, intervalSeconds);
  firstView = false;
}

byId('create').addEventListener('click', (event) =>
  act(async () => {
    event.target.disabled = true;
    try {
      const { recordId } = await call('POST', '/api/payments', {});
      byId('news').textContent = `The bot created record ${recordId} and tracks it.`;
    } finally {
      event.target.disabled = false;
    }
  }),
);

for (;;) {
  try {
    await refresh();
    byId('connection').textContent = '';
  } catch (error) {
    byId('connection').textContent = `The page cannot be refreshed: ${error.message}`;
  }
  await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
}
