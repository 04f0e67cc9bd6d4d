import axe, { type AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { openChromium } from '../../support/chromium.ts';

export interface Screen {
  readonly width: number;
  readonly scheme: 'light' | 'dark';
}

/** Opens a page in a browser of its own. */
export async function openPage(url: string, { width, scheme }: Screen): Promise<Page> {
  const browser = await openChromium();
  onTestFinished(() => browser.close());
  const page = await browser.context.newPage();
  await page.setViewportSize({ width, height: 844 });
  await page.emulateMedia({ colorScheme: scheme });
  await page.goto(url);
  return page;
}

/** What axe finds wrong with a page: the rule, and the elements that break it. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<AxeResults>('axe.run()');
  if (found.passes.length < 20) throw new Error(`axe checked only ${found.passes.length} rules`);
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** Pixels by which the page is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
