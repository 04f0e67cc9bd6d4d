const rows = new Map();
/** Whether each payment was paid when the page last saw it. */
const wasPaid = new Map();
/** When a box was ticked on this page, epoch milliseconds. */
const tickedAt = new Map();

const byId = (id) => document.getElementById(id);

/**
 * Shows the payments of a page. Rows that stay are changed in place, so that they keep the focus.
 *
 * @param actions `setPaid(recordId, paid)`, which rejects if it fails, and `track(recordId)`
 */
export function showPayments(view, actions) {
  const shown = new Set(view.payments.map(({ recordId }) => recordId));
  for (const [recordId, row] of rows) {
    if (shown.has(recordId)) continue;
    row.remove();
    rows.delete(recordId);
  }
  let place = byId('rows').firstElementChild;
  for (const payment of view.payments) {
    const row = rows.get(payment.recordId) ?? newRow(payment, actions);
    if (row === place) place = place.nextElementSibling;
    else byId('rows').insertBefore(row, place);
    showRow(row, payment, view);
  }
  showNumbers(view);
}

/** Brings a payment into view. */
export function scrollTo(recordId) {
  rows.get(recordId)?.scrollIntoView({ block: 'nearest' });
}

function newRow({ recordId, userId, title }, actions) {
  const row = byId('row').content.firstElementChild.cloneNode(true);
  rows.set(recordId, row);
  row.querySelector('.record').textContent = recordId;
  row.querySelector('.customer').textContent = userId;
  row.querySelector('.title').textContent = title;
  const box = row.querySelector('input');
  box.setAttribute('aria-label', `Record ${recordId} is paid`);
  box.addEventListener('change', async () => {
    const paid = box.checked;
    if (paid) tickedAt.set(recordId, Date.now());
    try {
      await actions.setPaid(recordId, paid);
    } catch {
      // The page shows the error.
      box.checked = !paid;
      return;
    }
    if (!paid && wasPaid.get(recordId)) {
      byId('news').textContent =
        `Record ${recordId} stays paid for the bots. A confirmation is final: unticking the box does not take it back.`;
    }
  });
  const button = row.querySelector('button');
  button.setAttribute('aria-label', `Track record ${recordId}`);
  button.addEventListener('click', () => actions.track(recordId));
  return row;
}

function showRow(row, payment, view) {
  const { recordId, userId, isPaid, state } = payment;
  const box = row.querySelector('input');
  box.checked = payment.paidInNocoDb;
  const answer = row.querySelector('.answer');
  answer.textContent = String(isPaid);
  answer.classList.toggle('true', isPaid);
  row.querySelector('.note').textContent = note(payment, view);
  const button = row.querySelector('button');
  const canTrack = state !== 'pending' && state !== 'paid';
  if (!canTrack && button === document.activeElement) box.focus();
  button.hidden = !canTrack;
  if (isPaid && wasPaid.get(recordId) === false) {
    const seconds = (payment.paidAt - tickedAt.get(recordId)) / 1000;
    const after = seconds >= 0 ? `, confirmed ${seconds.toFixed(1)} s after the box was ticked` : '';
    byId('news').textContent = `Customer ${userId} has paid record ${recordId}${after}.`;
  }
  wasPaid.set(recordId, isPaid);
}

/** Explains the result of `isPaid`, for example why the two columns differ. */
function note({ isPaid, paidAt, paidInNocoDb, state }, { webhook, intervalSeconds }) {
  if (isPaid) {
    const since = `since ${new Date(paidAt).toLocaleTimeString()}`;
    return paidInNocoDb
      ? since
      : `${since}. A confirmation is final: unticking the box does not take it back.`;
  }
  if (state === 'untracked') return 'untracked: no bot waits';
  if (state !== 'pending') return state;
  if (!paidInNocoDb) return '';
  const seconds = Math.ceil(intervalSeconds - ((Date.now() / 1000) % intervalSeconds));
  return `until the next tick, in ${seconds} s${webhook ? ', or the webhook' : ''}`;
}

function showNumbers({ payments, found, total, first, page, pages }) {
  const all = `${total} ${total === 1 ? 'payment' : 'payments'}`;
  byId('count').textContent = found === total ? all : `${found} of ${all}`;
  byId('pager').hidden = pages === 1;
  byId('page').textContent =
    `${first} to ${first + payments.length - 1} of ${found}, page ${page} of ${pages}`;
  // A disabled button would lose the focus.
  byId('previous').ariaDisabled = String(page === 1);
  byId('next').ariaDisabled = String(page === pages);
}
