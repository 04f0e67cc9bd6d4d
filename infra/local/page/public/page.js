import { scrollTo, showPayments } from './payments.js';
import { call, NoAnswerError } from './server.js';
import { showNoAnswer, showTracker } from './tracker.js';

/** Milliseconds between two refreshes. After an action, its result is awaited more eagerly. */
const REFRESH = { usually: 1000, afterAction: 200, actionCounts: 3000 };

const byId = (id) => document.getElementById(id);
const query = { search: '', page: 1 };
/** Number of actions. A response to a request from before the last action is out of date. */
let actions = 0;
let lastAction = Number.NEGATIVE_INFINITY;
/** Whether the tracker did not answer last time. */
let isGone = false;
let wake = () => {};

/** Performs an action. @throws what it throws, after the page has shown it */
async function act(action) {
  noteAction();
  try {
    const answer = await action();
    setAlarm('');
    return answer;
  } catch (error) {
    showError(error);
    throw error;
  } finally {
    noteAction();
  }
}

function noteAction() {
  actions++;
  lastAction = Date.now();
  wake();
}

function showError(error, gone = error instanceof NoAnswerError) {
  setAlarm(error.message);
  isGone ||= gone;
  if (isGone) showNoAnswer();
}

/** A screen reader reads the alarm aloud whenever it is written, so it is written only if it is new. */
function setAlarm(text) {
  if (byId('alarm').textContent !== text) byId('alarm').textContent = text;
}

/** Calls a listener that may fail: the page has shown why. */
const shown = (listener) => (event) => listener(event).catch(() => {});

async function refresh() {
  const before = actions;
  const view = await call('GET', `/api/payments?${new URLSearchParams(query)}`);
  if (actions !== before) return;
  query.page = view.page;
  showTracker(view);
  showPayments(view, {
    setPaid: (recordId, paid) => act(() => call('PUT', `/api/payments/${recordId}/paid`, paid)),
    track: shown(async (recordId) => {
      await act(() => call('POST', `/api/payments/${recordId}/track`, {}));
      byId('news').textContent = `A bot tracks record ${recordId} now.`;
    }),
  });
}

byId('create').addEventListener(
  'click',
  shown(async ({ currentTarget: button }) => {
    // A disabled button would lose the focus.
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    try {
      const { recordId } = await act(() => call('POST', '/api/payments', {}));
      byId('news').textContent = `The bot created record ${recordId} and tracks it.`;
      byId('search').value = '';
      Object.assign(query, { search: '', page: Number.MAX_SAFE_INTEGER });
      await refresh();
      scrollTo(recordId);
    } finally {
      button.ariaDisabled = 'false';
    }
  }),
);

byId('search').addEventListener('input', ({ currentTarget: { value } }) => {
  Object.assign(query, { search: value, page: 1 });
  noteAction();
});

for (const [id, step] of [
  ['previous', -1],
  ['next', 1],
]) {
  byId(id).addEventListener('click', ({ currentTarget: button }) => {
    if (button.ariaDisabled === 'true') return;
    query.page += step;
    noteAction();
  });
}

for (;;) {
  const before = actions;
  try {
    await refresh();
    if (isGone) setAlarm('');
    isGone = false;
  } catch (error) {
    showError(error, true);
  }
  if (actions !== before) continue;
  const isRecent = Date.now() - lastAction < REFRESH.actionCounts;
  await new Promise((resolve) => {
    wake = resolve;
    setTimeout(resolve, isRecent ? REFRESH.afterAction : REFRESH.usually);
  });
}
