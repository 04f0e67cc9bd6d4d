const byId = (id) => document.getElementById(id);
const time = (at) => new Date(at).toLocaleTimeString();
const number = (value) => value.toLocaleString('en', { maximumFractionDigits: 1 });

/** When NocoDB was last asked, epoch milliseconds; `undefined` before the first time. */
let askedAt;

/** Shows how old the data is, the last ticks and the requests a minute. */
export function showTracker(view) {
  const { intervalSeconds, dataAgeSeconds, resting, webhook, ticks } = view;
  askedAt = dataAgeSeconds === null ? undefined : Date.now() - dataAgeSeconds * 1000;
  byId('interval').textContent = intervalSeconds;
  byId('webhook').hidden = !webhook;
  byId('no-webhook').hidden = webhook;
  if (askedAt === undefined) showState('', 'Starting.');
  else if (resting) showState('', 'Resting, because nothing is pending.');
  else if (dataAgeSeconds <= 2 * intervalSeconds) showState('fresh', 'Up to date.');
  else showState('stale', 'Out of date.');
  showTicks(ticks);
  showRates(view);
}

/** Shows that the tracker does not answer, and how old the data is meanwhile. */
export function showNoAnswer() {
  showState('stale', 'No answer.');
}

function showState(className, word) {
  byId('state').className = `state ${className}`;
  byId('word').textContent = word;
  byId('age').textContent =
    askedAt === undefined
      ? 'NocoDB has not been asked yet.'
      : `NocoDB was last asked ${Math.floor((Date.now() - askedAt) / 1000)} s ago.`;
}

function showTicks(ticks) {
  const strip = byId('strip');
  const [first, last] = [ticks[0], ticks.at(-1)];
  if (last === undefined || strip.dataset.last === `${first.at} ${last.at}`) return;
  strip.dataset.last = `${first.at} ${last.at}`;
  const counts = { done: 0, failed: 0, skipped: 0, penalty: 0 };
  for (const { outcome } of ticks) counts[outcome] += 1;
  for (const [outcome, count] of Object.entries(counts)) byId(outcome).textContent = count;
  strip.setAttribute(
    'aria-label',
    `The last ${ticks.length} ticks: ${counts.done} done, ${counts.failed} failed, ${counts.skipped} skipped, ${counts.penalty} held back by a penalty`,
  );
  strip.replaceChildren(
    ...ticks.map(({ at, outcome, text }) => {
      const bar = document.createElement('span');
      bar.className = outcome;
      bar.title = `${time(at)} ${text}`;
      return bar;
    }),
  );
  byId('span').textContent = `${time(first.at)} to ${time(last.at)}`;
  const isBad = last.outcome === 'failed' || last.outcome === 'penalty';
  byId('failure').textContent = isBad ? `${time(last.at)} ${last.text}` : '';
}

function showRates({ requestsPerMinute: { tracker, polling }, waitingUsers, intervalSeconds }) {
  const most = Math.max(tracker ?? 0, polling);
  const show = (id, rate) => {
    byId(`${id}-rate`).textContent = rate === null ? '–' : number(rate);
    byId(`${id}-bar`).style.width = `${most === 0 ? 0 : ((rate ?? 0) / most) * 80}%`;
  };
  show('tracker', tracker);
  show('polling', polling);
  const users =
    waitingUsers === 1 ? '1 user waits and would send' : `${waitingUsers} users wait and would each send`;
  byId('polling').textContent = `${users} a request every ${intervalSeconds} s.`;
}
