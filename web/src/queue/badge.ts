/** The tab's title: how many alerts wait, and whether the appliance is out of reach. */
export function badgeTitle(base: string, unseen: number, lost: boolean): string {
  const count = unseen > 99 ? '(99+) ' : unseen > 0 ? `(${unseen}) ` : '';
  return `${lost ? '⚠ ' : ''}${count}${base}`;
}
