/** The tab's title: how many alerts nobody has claimed, and whether the appliance is out of reach. */
export function badgeTitle(base: string, unclaimed: number, lost: boolean): string {
  const count = unclaimed > 99 ? '(99+) ' : unclaimed > 0 ? `(${unclaimed}) ` : '';
  return `${lost ? '⚠ ' : ''}${count}${base}`;
}
